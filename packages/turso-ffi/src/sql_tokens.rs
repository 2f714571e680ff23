//! The tokens of SQL: enough to find parameters, and where a statement ends.

/// The tokens and where each begins, without blanks and comments.
pub fn tokens(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || loop {
        let rest = &sql[at..];
        let length = length_of_next(rest)?;
        let found = (at, &rest[..length]);
        at += length;
        if !is_between(found.1) {
            return Some(found);
        }
    })
}

/// The statement without semicolons and comments at its end.
pub fn without_end(sql: &str) -> &str {
    let last = tokens(sql).filter(|(_, token)| *token != ";").last();
    last.map_or(sql, |(at, token)| &sql[..at + token.len()])
}

/// Whether another statement follows one that only reads, and so holds no semicolon.
pub fn has_several(sql: &str) -> bool {
    let words = || tokens(sql).map(|(_, token)| token).skip_while(|token| *token == ";");
    words().skip_while(|token| *token != ";").any(|token| token != ";")
}

/// Whether a statement inserts rows: INSERT or REPLACE, also after WITH.
pub fn is_insert(sql: &str) -> bool {
    let is_one_of = |token: &str, words: &[&str]| words.iter().any(|word| token.eq_ignore_ascii_case(word));
    let mut depth = 0;
    for (_, token) in tokens(sql) {
        match token {
            "(" => depth += 1,
            ")" => depth -= 1,
            _ if depth > 0 => {}
            _ if is_one_of(token, &["insert", "replace"]) => return true,
            _ if is_one_of(token, &["update", "delete", "select", "values"]) => return false,
            _ => {}
        }
    }
    false
}

/// The statement without the values that are written in it: each is a `?`. Comments are left out too.
pub fn without_values(sql: &str) -> String {
    let (mut text, mut end, mut is_value) = (String::with_capacity(sql.len()), 0, false);
    for (at, token) in tokens(sql) {
        let is_next = at == end;
        end = at + token.len();
        // Numbers and texts with doubled quotes consist of several tokens.
        let goes_on =
            is_value && is_next && (token.starts_with(|it: char| it == '.' || it == '\'' || it.is_ascii_digit()));
        let is_exponent = is_value && is_next && matches!(token, "+" | "-") && sql[..at].ends_with(['e', 'E']);
        if goes_on || is_exponent {
            continue;
        }
        if !is_next && !text.is_empty() {
            text.push(' ');
        }
        is_value = token.starts_with(|it: char| it == '\'' || it.is_ascii_digit());
        text.push_str(if is_value { "?" } else { token });
    }
    text
}

/// Whether it only separates tokens.
fn is_between(token: &str) -> bool {
    token.starts_with(is_blank) || token.starts_with("--") || token.starts_with("/*")
}

fn is_blank(character: char) -> bool {
    character.is_ascii_whitespace() || character == '\u{feff}'
}

fn is_of_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '$' || !character.is_ascii()
}

fn length_of_next(rest: &str) -> Option<usize> {
    let first = rest.chars().next()?;
    let while_true = |holds: fn(char) -> bool, from: usize| {
        rest[from..].find(|it: char| !holds(it)).map_or(rest.len(), |end| from + end)
    };
    let through = |end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    Some(match first {
        _ if is_blank(first) => while_true(is_blank, 0),
        '-' if rest.starts_with("--") => through("\n", 2),
        '/' if rest.starts_with("/*") => through("*/", 2),
        '[' => through("]", 1),
        // A doubled quote begins another token, which parameters and ends do not mind.
        '\'' | '"' | '`' => through(first.encode_utf8(&mut [0; 4]), 1),
        '?' => while_true(|it| it.is_ascii_digit(), 1),
        ':' | '@' | '$' | '#' => length_of_variable(rest),
        _ if is_of_word(first) => while_true(is_of_word, 0),
        _ => first.len_utf8(),
    })
}

/// A variable's name may hold `::`, and end in brackets with anything but blanks in them, as in Tcl.
fn length_of_variable(rest: &str) -> usize {
    let mut length = 1;
    loop {
        let left = &rest[length..];
        length += match left.chars().next() {
            Some(next) if is_of_word(next) => next.len_utf8(),
            Some(':') if left.starts_with("::") => 2,
            Some('(') if length > 1 => {
                let end = left.find(|it: char| it == ')' || is_blank(it));
                return length + end.filter(|end| left[*end..].starts_with(')')).map_or(0, |end| end + 1);
            }
            _ => return length,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_told_apart() {
        let sql = "SELECT a.\"b;\" -- c ?\n/* d */, ?12, :e FROM [f] WHERE 'it''s' <> `g`;";
        let found: Vec<_> = tokens(sql).map(|(_, token)| token).collect();
        let wanted = [
            "SELECT", "a", ".", "\"b;\"", ",", "?12", ",", ":e", "FROM", "[f]", "WHERE", "'it'", "'s'", "<", ">",
            "`g`", ";",
        ];
        assert_eq!(found, wanted);
        assert!(tokens(sql).all(|(at, token)| sql[at..].starts_with(token)));
    }

    #[test]
    fn values_are_left_out() {
        for (sql, wanted) in [
            ("SELECT a1, 'it''s' ,x'00ff' FROM \"t 1\" WHERE b=1.5e-3+2", "SELECT a1, ? ,x? FROM \"t 1\" WHERE b=?+?"),
            ("INSERT INTO t VALUES(?1, -1,.5,'sesame')", "INSERT INTO t VALUES(?1, -?,.?,?)"),
            ("-- sesame\nSELECT/* sesame */ 0x1F, 'sesame", "SELECT ?, ?"),
            ("", ""),
        ] {
            assert_eq!(without_values(sql), wanted);
        }
    }

    #[test]
    fn variables_may_be_those_of_tcl() {
        for (sql, wanted) in [
            ("$a::b(c,;d),:e", vec!["$a::b(c,;d)", ",", ":e"]),
            ("$a(b c)", vec!["$a", "(", "b", "c", ")"]),
            ("@é::,#1(", vec!["@é::", ",", "#1", "("]),
            (":(a)", vec![":", "(", "a", ")"]),
        ] {
            assert_eq!(tokens(sql).map(|(_, token)| token).collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn what_is_not_closed_reaches_to_the_end() {
        for sql in ["'a", "\"a", "[a", "`a", "-- a", "/* a", "/*", "--"] {
            assert!(tokens(sql).count() <= 1, "{sql}");
        }
    }

    #[test]
    fn another_statement_follows_a_semicolon() {
        for (sql, wanted) in [
            ("SELECT 1", false),
            ("; SELECT 1;; -- ; SELECT 2", false),
            ("SELECT ';' /* ; */", false),
            ("SELECT 1; SELECT 2", true),
            ("SELECT 1;'", true),
            ("", false),
        ] {
            assert_eq!(has_several(sql), wanted, "{sql}");
        }
    }

    #[test]
    fn a_statement_ends_before_semicolons_and_comments() {
        for (sql, wanted) in [
            ("SELECT 1", "SELECT 1"),
            ("SELECT 1 ; -- all\n;", "SELECT 1"),
            ("SELECT ';' /* ; */", "SELECT ';'"),
            ("SELECT 'é'  ", "SELECT 'é'"),
            ("", ""),
        ] {
            assert_eq!(without_end(sql), wanted);
        }
    }
}
