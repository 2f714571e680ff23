//! The rows of a RETURNING clause in JSON, which has no infinity. A statement that writes cannot run twice, as queries do
//! ([`super::exact`]), so its answer gets another column, with the sign of each infinity. The same way as turso-core's.

use super::exact::joined;
use super::messages::{StmtResult, WireKind, WireRow, WireValue};
use crate::bulk::quote;
use crate::error::Error;
use crate::sql_tokens::{tokens, without_end};
use crate::status::Status;

/// A list of expressions behind RETURNING.
pub struct Returning<'a> {
    /// The statement without semicolons and comments at its end.
    sql: &'a str,
    expressions: Vec<&'a str>,
}

/// The most columns that SQLite has, less the one that is added.
const MOST_COLUMNS: usize = 1999;

impl<'a> Returning<'a> {
    /// None for a statement without such a list, and for one that cannot be repeated, since its parameters have no numbers.
    pub fn of(sql: &'a str) -> Option<Self> {
        let sql = without_end(sql);
        let (mut depth, mut bounds, mut has_places) = (0, Vec::new(), false);
        for (at, token) in tokens(sql) {
            match token {
                "(" => depth += 1,
                ")" => depth -= 1,
                "?" => has_places = true,
                "," if depth == 0 && !bounds.is_empty() => bounds.push(at..at + 1),
                word if depth == 0 && word.eq_ignore_ascii_case("returning") => {
                    bounds.clear();
                    bounds.push(at..at + word.len());
                    has_places = false;
                }
                _ => {}
            }
        }
        let ends = bounds.iter().skip(1).map(|bound| bound.start).chain([sql.len()]);
        let expressions: Vec<_> = bounds.iter().zip(ends).map(|(bound, end)| sql[bound.end..end].trim()).collect();
        (!expressions.is_empty() && !has_places).then_some(Self { sql, expressions })
    }

    /// Whether the names of its columns must be known.
    pub fn needs_names(&self) -> bool {
        self.expressions.iter().any(is_star)
    }

    /// The statement with a further column, and how many it has of its own. `names` are those of its columns, if it needs them. None
    /// if they are too many, or are not known.
    pub fn signed(&self, names: &[&str]) -> Option<(String, usize)> {
        if self.needs_names() && names.is_empty() {
            return None;
        }
        let all = self.expanded(names);
        if all.len() > MOST_COLUMNS {
            return None;
        }
        let columns = (0..all.len()).map(|i| format!("c{i}")).collect::<Vec<_>>().join(",");
        let signs =
            joined(0..all.len(), &|i| format!("CASE c{i} WHEN 9e999 THEN '+' WHEN -9e999 THEN '-' ELSE ' ' END"));
        let sql = format!(
            "{}, (WITH turso_sync_rows({columns}) AS (SELECT {}) SELECT {signs} FROM turso_sync_rows)",
            self.sql,
            all.join(", ")
        );
        Some((sql, all.len()))
    }

    /// The expressions, with the names of its columns in the place of each star.
    fn expanded(&self, names: &[&str]) -> Vec<String> {
        let stars = self.expressions.iter().filter(|it| is_star(it)).count();
        let width = (names.len() + stars).saturating_sub(self.expressions.len()) / stars.max(1);
        let (mut all, mut at) = (Vec::new(), 0);
        for expression in &self.expressions {
            if is_star(expression) {
                all.extend(names.iter().skip(at).take(width).map(|name| quote(name)));
                at += width;
            } else {
                all.push((*expression).to_owned());
                at += 1;
            }
        }
        all
    }
}

fn is_star(expression: &&str) -> bool {
    let mut tokens = tokens(expression).map(|(_, token)| token);
    tokens.next() == Some("*") && tokens.next().is_none()
}

/// The answer to a statement, from that to its signed form, which has one column more than `count`.
pub fn restored(signed: StmtResult, count: usize) -> StmtResult {
    let rows = signed.rows.into_iter().map(|row| restored_row(row, count)).collect();
    StmtResult { cols: signed.cols.into_iter().take(count).collect(), rows, ..signed }
}

fn restored_row(row: WireRow, count: usize) -> WireRow {
    let signs = match row.values.get(count).and_then(|value| value.kind.as_ref()) {
        Some(WireKind::Text(signs)) => signs.clone(),
        _ => Vec::new(),
    };
    let restore = |(index, value): (usize, WireValue)| match (value.kind, signs.get(index)) {
        (Some(WireKind::Real(number)), Some(b'+')) if number.is_nan() => real(f64::INFINITY),
        (Some(WireKind::Real(number)), Some(b'-')) if number.is_nan() => real(f64::NEG_INFINITY),
        (kind, _) => WireValue { kind },
    };
    WireRow { values: row.values.into_iter().take(count).enumerate().map(restore).collect() }
}

fn real(number: f64) -> WireValue {
    WireValue { kind: Some(WireKind::Real(number)) }
}

/// What it means to a statement that was carried out that its answer lacks a value.
pub fn not_exact(location: &str) -> Error {
    Error::new(
        Status::AnswerNotExact,
        format!("{location} carried out the statement, but its answer in JSON cannot tell an infinity."),
        "Do not run it again. Read the rows with a query, which can. Behind RETURNING, write `?1` instead of `?`: then the answer \
         can tell it too.",
    )
}

/// What it means to a statement that was carried out that its answer holds text in invalid UTF-8.
pub fn not_text(location: &str) -> Error {
    Error::new(
        Status::AnswerNotExact,
        format!("{location} carried out the statement, but cannot send its answer: a text in it is not UTF-8."),
        "Do not run it again. Read the rows with a query, which can. Behind RETURNING, write CAST(column AS BLOB).",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(sql: &str) -> Option<Vec<&str>> {
        Returning::of(sql).map(|returning| returning.expressions)
    }

    #[test]
    fn a_list_behind_returning_is_found() {
        for (sql, wanted) in [
            ("INSERT INTO t VALUES (?, ?) RETURNING a", Some(vec!["a"])),
            ("insert into t values (1) returning *, max(a, 2) AS m; -- end", Some(vec!["*", "max(a, 2) AS m"])),
            ("DELETE FROM t RETURNING a, /* , */ 'b,c', [d,e]", Some(vec!["a", "/* , */ 'b,c'", "[d,e]"])),
            ("UPDATE t SET a = 1 RETURNING (SELECT 1, 2), ?1", Some(vec!["(SELECT 1, 2)", "?1"])),
            ("UPDATE t SET a = 1, b = 2 WHERE 'returning' RETURNING b", Some(vec!["b"])),
            ("INSERT INTO t VALUES (1) RETURNING ?, a", None),
            ("INSERT INTO t SELECT \"returning\" FROM u", None),
            ("SELECT 1, 2", None),
            ("", None),
        ] {
            assert_eq!(list(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn stars_become_the_names_of_their_columns() {
        let expanded = |sql: &'static str, names: &[&str]| Returning::of(sql).unwrap().expanded(names);
        let sql = "DELETE FROM t RETURNING -a, *, * , b";
        assert_eq!(expanded(sql, &["-a", "a", "b\"", "a", "b\"", "b"]).join(" "), r#"-a "a" "b""" "a" "b""" b"#);
        assert_eq!(expanded("DELETE FROM t RETURNING a, b", &[]).join(" "), "a b");
        let star = Returning::of("DELETE FROM t RETURNING *").unwrap();
        assert!(star.needs_names() && star.signed(&[]).is_none());
        assert!(star.signed(&["a"; MOST_COLUMNS + 1]).is_none());
        assert_eq!(star.signed(&["a"; MOST_COLUMNS]).unwrap().1, MOST_COLUMNS);
    }
}
