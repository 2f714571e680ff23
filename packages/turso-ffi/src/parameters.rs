//! The parameters of a statement, and the numbers that SQLite gives them.

use std::collections::HashMap;

use crate::sql_tokens::tokens;

/// SQLite's highest number of a parameter.
const MOST: usize = 32_766;

/// A parameter where it stands.
pub struct Parameter<'a> {
    pub at: usize,
    pub token: &'a str,
    /// From 1.
    pub number: usize,
}

/// All of them. A `?` has the number after the highest so far; a name, also `$2`, that of its first appearance.
pub fn parameters(sql: &str) -> impl Iterator<Item = Parameter<'_>> {
    let (mut numbers, mut highest) = (HashMap::new(), 0);
    tokens(sql).filter(|(_, token)| is_parameter(token)).map(move |(at, token)| {
        let known = if token == "?" { None } else { numbers.get(token).copied() };
        let own = || token.strip_prefix('?').and_then(|number| number.parse().ok());
        let number: usize = known.or_else(own).unwrap_or(highest + 1);
        numbers.insert(token, number);
        highest = highest.max(number);
        Parameter { at, token, number }
    })
}

/// The names in the order of the numbers, such as `:a`; None for a number without a name.
pub fn names(sql: &str) -> Vec<Option<&str>> {
    let mut names = Vec::new();
    for Parameter { token, number, .. } in parameters(sql).filter(|parameter| parameter.number <= MOST) {
        if number > names.len() {
            names.resize(number, None);
        }
        if !token.starts_with('?') {
            names[number - 1] = Some(token);
        }
    }
    names
}

/// The same statement with `?1`, `?2` and so on as its only parameters.
pub fn numbered(sql: &str) -> String {
    let (mut text, mut end) = (String::with_capacity(sql.len()), 0);
    for Parameter { at, token, number } in parameters(sql) {
        text.push_str(&sql[end..at]);
        text.push_str(&format!("?{number}"));
        end = at + token.len();
    }
    text.push_str(&sql[end..]);
    text
}

fn is_parameter(token: &str) -> bool {
    token.starts_with('?') || token.len() > 1 && token.starts_with([':', '@', '$'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_numbers_as_in_sqlite() {
        for (sql, wanted, as_numbers) in [
            ("SELECT ?, ?", vec![None, None], "SELECT ?1, ?2"),
            ("SELECT :a, @a, :a", vec![Some(":a"), Some("@a")], "SELECT ?1, ?2, ?1"),
            ("SELECT ?3, $b, ?1 -- ?", vec![None, None, None, Some("$b")], "SELECT ?3, ?4, ?1 -- ?"),
            ("SELECT ':a', ?0, ?99999", vec![], "SELECT ':a', ?0, ?99999"),
        ] {
            assert_eq!(names(sql), wanted);
            assert_eq!(numbered(sql), as_numbers);
        }
    }
}
