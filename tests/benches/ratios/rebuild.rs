//! Rebuilding all views from the log, against bare SQLite writing the rows that come of it.
//!
//! The reference neither reads the log nor opens a payload. It writes each row once, as it is in the end: a life of
//! the history is one command, so that a projector which folds a page before it writes needs no more writes.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value;
use tokio::runtime::Runtime;
use watchbook_eventlog::EventLog as _;
use watchbook_projections::{Views, rebuild};

use crate::engine::{Engine, folder, runtime};
use crate::measure::{Goal, Line, alternate, per_second};
use crate::people::{Life, write_history};

const PEOPLE: usize = 30_000;
const ROUNDS: usize = 3;
/// Transactions of the reference.
const PAGE_EVENTS: usize = 10_000;

pub(crate) fn measure() -> Vec<Line> {
    let folder = folder();
    let runtime = runtime();
    let events = runtime.block_on(async {
        let engine = Engine::open(folder.path()).await;
        write_history(&engine, PEOPLE, Life::Full).await;
        let events = engine.log.head().await.unwrap().0 as usize;
        engine.log.close().await;
        events
    });
    let mut files = (0..).map(|n| folder.path().join(format!("views-{n}.db")));
    let mut bare_files = (0..).map(|n| folder.path().join(format!("bare-{n}.db")));
    let built = files.next().unwrap();
    rebuild_into(&runtime, folder.path(), &built, events);
    let tables = tables_of(&built);
    let rows: usize = tables.iter().map(|table| table.rows.len()).sum();
    let measured = alternate(
        ROUNDS,
        [&mut || rebuild_into(&runtime, folder.path(), &files.next().unwrap(), events), &mut || {
            write_rows(&bare_files.next().unwrap(), &tables, events)
        }],
    );
    vec![
        Line::value("rebuild_views (events/s)", measured[0], Goal::AtLeast(100_000.0)),
        Line::ratio(
            &format!("rebuild_views (events/s, {events} events, {rows} rows)"),
            measured,
            Goal::AtLeast(0.5),
        ),
    ]
}

/// Events a second, from a start without keys in memory.
fn rebuild_into(runtime: &Runtime, folder: &Path, file: &Path, events: usize) -> f64 {
    let engine = runtime.block_on(Engine::open(folder));
    let views = runtime.block_on(Views::open(&format!("sqlite:{}", file.display()))).unwrap();
    let (log, sealer) = (engine.core.log.clone(), engine.core.sealer.clone());
    per_second(events, || {
        runtime.block_on(rebuild(&views, log, sealer, |_, _| {})).unwrap();
    })
}

/// A table as the rebuild left it.
struct Table {
    create: Vec<String>,
    insert: String,
    rows: Vec<Vec<Value>>,
}

fn tables_of(file: &Path) -> Vec<Table> {
    let connection = Connection::open(file).unwrap();
    let mut found = connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let found = found.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    found.map(|table| table_of(&connection, table.unwrap())).collect()
}

fn table_of(connection: &Connection, (name, sql): (String, String)) -> Table {
    let mut indexes = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql > ''")
        .unwrap();
    let indexes = indexes.query_map([&name], |row| row.get(0)).unwrap().map(Result::unwrap);
    let create = [sql.clone()].into_iter().chain(indexes).collect();
    let mut select = connection.prepare(&format!("SELECT * FROM \"{name}\"")).unwrap();
    let columns = select.column_count();
    let rows = select.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).unwrap();
    let mut rows: Vec<Vec<Value>> = rows.map(Result::unwrap).collect();
    if sql.to_uppercase().contains("WITHOUT ROWID") {
        // Read in order of their keys, written in the order in which people come along.
        rows.sort_by_key(|row| {
            let mut hasher = DefaultHasher::new();
            format!("{:?}", row.first()).hash(&mut hasher);
            hasher.finish()
        });
    }
    let insert = format!("INSERT INTO \"{name}\" VALUES ({})", vec!["?"; columns].join(","));
    Table { create, insert, rows }
}

/// Events a second, if they were nothing but these rows.
fn write_rows(file: &Path, tables: &[Table], events: usize) -> f64 {
    let connection = Connection::open(file).unwrap();
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536")
        .unwrap();
    for sql in tables.iter().flat_map(|table| &table.create) {
        connection.execute_batch(sql).unwrap();
    }
    let mut inserts: Vec<_> = tables.iter().map(|table| connection.prepare(&table.insert).unwrap()).collect();
    let pages = events.div_ceil(PAGE_EVENTS);
    per_second(events, || {
        for page in 0..pages {
            connection.execute_batch("BEGIN IMMEDIATE").unwrap();
            for (table, insert) in tables.iter().zip(&mut inserts) {
                let part = |page: usize| table.rows.len() * page / pages;
                for row in &table.rows[part(page)..part(page + 1)] {
                    insert.execute(rusqlite::params_from_iter(row)).unwrap();
                }
            }
            connection.execute_batch("COMMIT").unwrap();
        }
    })
}
