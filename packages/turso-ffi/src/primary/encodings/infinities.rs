//! Infinities as parameters, which JSON does not have.

use std::borrow::Cow;

use crate::parameters::{parameters, Parameter};
use crate::primary::messages::{WireKind, WireValue};

/// The statement with each parameter multiplied by infinity that is to be infinite. So the parameters keep their places, and the sign
/// of each infinity is bound in its place.
pub fn spelled<'a>(sql: &'a str, args: &[WireValue]) -> Cow<'a, str> {
    if !args.iter().any(is_infinite) {
        return Cow::Borrowed(sql);
    }
    let (mut spelled, mut end) = (String::with_capacity(sql.len() + 16), 0);
    for Parameter { at, token, number } in parameters(sql) {
        if number.checked_sub(1).and_then(|index| args.get(index)).is_some_and(is_infinite) {
            spelled.push_str(&sql[end..at]);
            spelled.push_str(&format!("({token} * 9e999)"));
            end = at + token.len();
        }
    }
    spelled.push_str(&sql[end..]);
    Cow::Owned(spelled)
}

fn is_infinite(value: &WireValue) -> bool {
    matches!(value.kind, Some(WireKind::Real(number)) if number.is_infinite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(number: f64) -> WireValue {
        WireValue { kind: Some(WireKind::Real(number)) }
    }

    #[test]
    fn parameters_that_are_infinite_are_spelled() {
        let (most, one, least) = (real(f64::INFINITY), real(1.0), real(f64::NEG_INFINITY));
        for (sql, args, wanted) in [
            ("SELECT ?, ?, ?", vec![&most, &one, &least], "SELECT (? * 9e999), ?, (? * 9e999)"),
            ("SELECT ?2, ?1, ?", vec![&one, &most, &least], "SELECT (?2 * 9e999), ?1, (? * 9e999)"),
            ("SELECT ?1+?1", vec![&most], "SELECT (?1 * 9e999)+(?1 * 9e999)"),
            ("SELECT :a,@b,$c,:a", vec![&most, &one, &one], "SELECT (:a * 9e999),@b,$c,(:a * 9e999)"),
            ("SELECT $2,$1,:1,$2", vec![&most, &one, &one], "SELECT ($2 * 9e999),$1,:1,($2 * 9e999)"),
            (
                "SELECT '?', \"?\", [?], `?`, /* ? */ ? -- ?\n, x'00', '?''?'",
                vec![&least],
                "SELECT '?', \"?\", [?], `?`, /* ? */ (? * 9e999) -- ?\n, x'00', '?''?'",
            ),
            ("SELECT é, ?", vec![&most], "SELECT é, (? * 9e999)"),
            ("SELECT ?0, ?99999999999999999999, ?", vec![&most], "SELECT ?0, (?99999999999999999999 * 9e999), ?"),
            ("SELECT ?", vec![&one], "SELECT ?"),
        ] {
            let args: Vec<_> = args.into_iter().cloned().collect();
            assert_eq!(spelled(sql, &args), wanted);
        }
    }
}
