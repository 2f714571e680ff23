use crate::support::connection::*;
use crate::support::folder::Folder;
use crate::support::server::Server;
use crate::support::value::Value;
use std::time::Instant;

fn med(name: &str, n: usize, mut f: impl FnMut(usize)) {
    let mut t: Vec<f64> = (0..n).map(|i| { let s = Instant::now(); f(i); s.elapsed().as_secs_f64() * 1e6 }).collect();
    t.sort_by(f64::total_cmp);
    println!("{name}: median {:.1} us, p95 {:.1} us", t[n / 2], t[n * 95 / 100]);
}

#[test]
fn bench() {
    let server = Server::start().unwrap();
    let f = Folder::new();
    let c = Options::replica(&f.path("r.db"), &server.url()).open().unwrap();
    c.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b REAL)", &[]).unwrap();
    med("insert+sync", 300, |i| { c.execute("INSERT INTO t (a,b) VALUES (?,?)", &[Value::from("hello"), Value::Real(i as f64)]).unwrap(); });
    c.set_auto_sync(OFF, 0).unwrap();
    med("insert, no sync", 300, |i| { c.execute("INSERT INTO t (a,b) VALUES (?,?)", &[Value::from("hello"), Value::Real(i as f64)]).unwrap(); });
    c.set_auto_sync(0, 0).unwrap();
    med("sync", 100, |_| { c.sync().unwrap(); });
    let rows: Vec<Vec<Value>> = (0..1000).map(|i| vec![Value::from("hello"), Value::Real(i as f64 * 0.1)]).collect();
    med("insert_rows 1000", 20, |_| { c.insert("t", &["a", "b"], &rows).unwrap(); });
    let params: Vec<Vec<Value>> = rows.clone();
    let st: Vec<(&str, &[Value])> = params.iter().map(|p| ("INSERT INTO t (a,b) VALUES (?,?)", &p[..])).collect();
    med("batch 1000", 20, |_| { c.batch(&st).unwrap(); });
    med("point query", 20000, |i| { c.query("SELECT a, b FROM t WHERE id = ?", &[Value::Int(i as i64 % 1000 + 1)]).unwrap(); });
    let s = c.prepare("SELECT a, b FROM t WHERE id = ?").unwrap();
    med("point query prepared", 20000, |i| { s.query(&[Value::Int(i as i64 % 1000 + 1)]).unwrap(); });
    med("read all", 10, |_| { c.query("SELECT * FROM t", &[]).unwrap(); });
    println!("{:?}", c.stats().unwrap());
    c.close().unwrap();
}
