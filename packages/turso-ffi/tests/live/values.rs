//! Values come back as they went, by every way.

use crate::support::connection::{Connection, Options};
use crate::support::doubles::{double, JSON_ONLY};
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::value::{Rows, Value};

/// What is hard to carry.
fn nasty() -> Vec<Value> {
    let mut values = vec![
        Value::Null,
        Value::Int(0),
        Value::Int(1),
        Value::Int(-1),
        Value::Int(i64::MAX),
        Value::Int(i64::MIN),
        Value::Int((1 << 53) + 1),
        Value::Blob(Vec::new()),
        Value::Blob((0..=255).collect()),
    ];
    for number in [0.0, -0.0, 1.0, 0.1, -2.5e-308, 5e-324, f64::MAX, f64::MIN_POSITIVE, 1e15 + 0.5, 1e300] {
        values.push(Value::Real(number));
    }
    values.extend([Value::Real(f64::INFINITY), Value::Real(f64::NEG_INFINITY), Value::Real(9007199254740993.0)]);
    for text in ["", "a", "a\0b", "\0", "'\"\\\n\t\u{1}\u{7f}", "\u{feff}é😀\u{fffd}\u{10ffff}", "null", "1e5", "BLOB"]
    {
        values.push(Value::from(text));
    }
    values
}

/// Doubles of random bits, the same each time.
fn random_reals() -> impl Iterator<Item = Value> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from_bits(state)
    })
    .filter(|number| !number.is_nan())
    .map(Value::Real)
}

fn each_kind(test: impl Fn(&Connection)) {
    let folder = Folder::new();
    test(&Options::file(&folder.path("local.db")).open().unwrap());
    let Some(server) = Server::start() else { return };
    let replica = Options::replica(&folder.path("replica.db"), &server.url()).open().unwrap();
    test(&replica);
    replica.execute("DROP TABLE t", &[]).unwrap();
    let remote = Options::remote(&server.url()).open().unwrap();
    test(&remote);
    for kind in JSON_ONLY {
        let Some(url) = double(server.port, kind) else {
            break;
        };
        remote.execute("DROP TABLE t", &[]).unwrap();
        let connection = Options::remote(&url).open().unwrap();
        test(&connection);
        connection.close().unwrap();
    }
    replica.close().unwrap();
    remote.close().unwrap();
}

fn values_of(rows: Rows) -> Vec<Value> {
    rows.rows.into_iter().flatten().collect()
}

#[test]
fn bound_one_by_one() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        for value in nasty() {
            let changes = connection.execute("INSERT INTO t VALUES (?)", std::slice::from_ref(&value)).unwrap();
            assert_eq!(changes.rows, 1);
            let found = connection.query("SELECT v FROM t WHERE rowid = ?", &[Value::Int(changes.last_rowid)]).unwrap();
            assert_eq!(values_of(found), [value]);
        }
    });
}

#[test]
fn read_as_parameters_of_a_query() {
    each_kind(|connection| {
        for value in nasty() {
            assert_eq!(values_of(connection.query("SELECT ?", std::slice::from_ref(&value)).unwrap()), [value]);
        }
        let reals: Vec<_> = random_reals().take(500).collect();
        let sql = format!("SELECT {}", vec!["?"; reals.len()].join(","));
        assert_eq!(values_of(connection.query(&sql, &reals).unwrap()), reals);
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    });
}

#[test]
fn inserted_as_rows() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, v)", &[]).unwrap();
        let mut values = nasty();
        // Within one piece of JSON, and in pieces of bound values, by turns.
        values.extend(random_reals().take(5000));
        values.extend(nasty());
        let rows: Vec<_> = (1..).zip(&values).map(|(n, value)| vec![Value::Int(n), value.clone()]).collect();
        let changes = connection.insert("t", &["n", "v"], &rows).unwrap();
        assert_eq!((changes.rows, changes.last_rowid), (rows.len() as i64, rows.len() as i64));
        assert_eq!(values_of(connection.query("SELECT v FROM t ORDER BY n", &[]).unwrap()), values);
    });
}

#[test]
fn written_by_a_batch() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        let params: Vec<_> = nasty().into_iter().map(|value| [value]).collect();
        let statements: Vec<_> = params.iter().map(|it| ("INSERT INTO t VALUES (?)", &it[..])).collect();
        let changes = connection.batch(&statements).unwrap();
        assert_eq!(changes.rows, nasty().len() as i64);
        assert_eq!(values_of(connection.query("SELECT v FROM t ORDER BY rowid", &[]).unwrap()), nasty());
    });
}

#[test]
fn within_a_transaction() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        let transaction = connection.begin().unwrap();
        for value in nasty() {
            transaction.execute("INSERT INTO t VALUES (?)", &[value]).unwrap();
        }
        assert_eq!(values_of(transaction.query("SELECT v FROM t ORDER BY rowid", &[]).unwrap()), nasty());
        transaction.commit().unwrap();
        assert_eq!(values_of(connection.query("SELECT v FROM t ORDER BY rowid", &[]).unwrap()), nasty());
    });
}

#[test]
fn told_by_a_statement_that_writes() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        let transaction = connection.begin().unwrap();
        for value in nasty() {
            let rows = transaction.query("INSERT INTO t VALUES (?1) RETURNING v, ?1, *", std::slice::from_ref(&value));
            assert_eq!(values_of(rows.unwrap()), [value.clone(), value.clone(), value]);
        }
        transaction.rollback().unwrap();
    });
}

/// In JSON, a list behind RETURNING whose parameters have no numbers cannot be asked for twice.
#[test]
fn what_an_answer_cannot_tell_is_an_error_and_no_other_value() {
    let Some(server) = Server::start() else { return };
    let full = Options::remote(&server.url()).open().unwrap();
    full.execute("CREATE TABLE t (v)", &[]).unwrap();
    let sql = "INSERT INTO t VALUES (?) RETURNING ?, v";
    for number in [f64::INFINITY, f64::NEG_INFINITY] {
        for kind in JSON_ONLY {
            let Some(url) = double(server.port, kind) else { break };
            let connection = Options::remote(&url).open().unwrap();
            let transaction = connection.begin().unwrap();
            let rows = transaction.query(sql, &[Value::Real(2.0), Value::Int(1)]).unwrap();
            assert_eq!(values_of(rows), [Value::Int(1), Value::Real(2.0)]);
            let error = transaction.query(sql, &[Value::Real(number), Value::Int(1)]).unwrap_err();
            assert_eq!((error.code.as_str(), error.retryable), ("ANSWER_NOT_EXACT", false));
            assert!(error.hint.contains("Do not run it again"), "{}", error.hint);
            // It was carried out, and the transaction goes on.
            let found = values_of(transaction.query("SELECT v FROM t", &[]).unwrap());
            assert_eq!(found, [Value::Real(2.0), Value::Real(number)]);
            transaction.rollback().unwrap();
            connection.close().unwrap();
        }
        let transaction = full.begin().unwrap();
        let rows = transaction.query(sql, &[Value::Real(number), Value::Int(1)]).unwrap();
        assert_eq!(values_of(rows), [Value::Int(1), Value::Real(number)]);
        transaction.rollback().unwrap();
    }
    full.close().unwrap();
}

#[test]
fn fetched_by_a_cursor() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        connection.insert("t", &["v"], &nasty().into_iter().map(|it| vec![it]).collect::<Vec<_>>()).unwrap();
        let cursor = connection.cursor("SELECT v FROM t ORDER BY rowid", &[]).unwrap();
        let mut found = Vec::new();
        loop {
            let (more, page) = cursor.next(7).unwrap();
            assert_eq!(page.columns, ["v"]);
            found.extend(values_of(page));
            if !more {
                break;
            }
        }
        cursor.close().unwrap();
        assert_eq!(found, nasty());
    });
}

#[test]
fn not_a_number_is_null() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        connection.execute("INSERT INTO t VALUES (?)", &[Value::Real(f64::NAN)]).unwrap();
        connection.insert("t", &["v"], &[vec![Value::Real(f64::NAN)]]).unwrap();
        let found = values_of(connection.query("SELECT v FROM t", &[]).unwrap());
        assert_eq!(found, [Value::Null, Value::Null]);
    });
}

#[test]
fn text_that_is_not_utf8_is_refused_and_written_by_a_cast() {
    let text = Value::Text(vec![b'a', 0xff, 0xc3]);
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (v)", &[]).unwrap();
        let error = connection.execute("INSERT INTO t VALUES (?)", std::slice::from_ref(&text)).unwrap_err();
        assert_eq!(error.code, "USAGE");
        assert!(error.hint.contains("CAST(? AS TEXT)"), "{}", error.hint);
        let error = connection.insert("t", &["v"], &[vec![Value::Int(1)], vec![text.clone()]]).unwrap_err();
        assert_eq!(error.code, "USAGE");
        let cast = "INSERT INTO t VALUES (CAST(? AS TEXT))";
        connection.execute(cast, &[Value::Blob(vec![b'a', 0xff, 0xc3])]).unwrap();
        let found = values_of(connection.query("SELECT typeof(v), hex(v), v, 9e999 FROM t; -- all", &[]).unwrap());
        assert_eq!(found, [Value::from("text"), Value::from("61FFC3"), text.clone(), Value::Real(f64::INFINITY)]);
    });
}

#[test]
fn the_names_of_columns_come_along() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (\"odd \"\"name\" INTEGER, é TEXT)", &[]).unwrap();
        let rows = connection.query("SELECT *, 1 AS \"\", 2 AS a, 3 AS a FROM t", &[]).unwrap();
        assert_eq!(rows.columns, ["odd \"name", "é", "", "a", "a"]);
        assert!(rows.rows.is_empty());
        connection.insert("t", &["odd \"name", "é"], &[vec![Value::from("7"), Value::Int(7)]]).unwrap();
        // As for any insert, the columns have their say.
        let rows = connection.query("SELECT * FROM t", &[]).unwrap();
        assert_eq!(rows.rows, [[Value::Int(7), Value::from("7")]]);
    });
}

#[test]
fn large_values_and_many_rows() {
    each_kind(|connection| {
        connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, v)", &[]).unwrap();
        let large = Value::Text(vec![b'x'; 4_900_000]);
        connection.insert("t", &["n", "v"], &[vec![Value::Int(1), large.clone()]]).unwrap();
        connection.execute("INSERT INTO t VALUES (2, ?)", std::slice::from_ref(&large)).unwrap();
        assert_eq!(connection.value("SELECT count(*) FROM t WHERE length(v) = 4900000").unwrap(), Value::Int(2));
        assert_eq!(connection.value("SELECT v FROM t WHERE n = 1").unwrap(), large);
        // Several pieces, of JSON and of bound values.
        let rows: Vec<_> = (10..60_010)
            .map(|n| vec![Value::Int(n), if n > 50_000 { Value::Blob(vec![7; 100]) } else { Value::from("some text") }])
            .collect();
        assert_eq!(connection.insert("t", &["n", "v"], &rows).unwrap().rows, 60_000);
        assert_eq!(connection.value("SELECT count(*) FROM t WHERE n >= 10").unwrap(), Value::Int(60_000));
    });
}

#[test]
fn what_the_server_would_refuse_is_refused_before_it_is_sent() {
    let Some(server) = Server::start() else { return };
    let connection = Options::remote(&server.url()).open().unwrap();
    connection.execute("CREATE TABLE t (v)", &[]).unwrap();
    let before = connection.stats().unwrap()["requests"];
    let rows = [vec![Value::Int(1)], vec![Value::Blob(vec![0; 5_000_001])]];
    let error = connection.insert("t", &["v"], &rows).unwrap_err();
    assert_eq!(error.code, "VALUE_TOO_LARGE");
    assert!(error.message.contains("Row 2"), "{}", error.message);
    assert_eq!(connection.stats().unwrap()["requests"], before);
    let error = connection.execute("INSERT INTO t VALUES (?)", &rows[1]).unwrap_err();
    assert_eq!(error.code, "VALUE_TOO_LARGE");
    assert_eq!(connection.value("SELECT count(*) FROM t").unwrap(), Value::Int(0));
    let error = connection.query("SELECT hex(zeroblob(4000000)) UNION ALL SELECT hex(zeroblob(2000000))", &[]);
    assert_eq!(error.unwrap_err().code, "VALUE_TOO_LARGE");
    connection.close().unwrap();
}

#[test]
fn an_answer_that_is_too_large_comes_by_a_cursor() {
    let Some(server) = Server::start() else { return };
    let connection = Options::remote(&server.url()).open().unwrap();
    let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20)
               SELECT n, hex(zeroblob(1000000)) FROM n";
    assert_eq!(connection.query(sql, &[]).unwrap_err().code, "RESPONSE_TOO_LARGE");
    let cursor = connection.cursor(sql, &[]).unwrap();
    let (mut rows, mut more) = (0, true);
    while more {
        let page = cursor.next(3).unwrap();
        (rows, more) = (rows + page.1.rows.len(), page.0);
    }
    assert_eq!(rows, 20);
    cursor.close().unwrap();
    connection.close().unwrap();
}
