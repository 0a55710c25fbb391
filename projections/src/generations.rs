//! Generations of tables: the live one that readers see, and those that are being built beside it.

use crate::cell::{Cell as _, Type, Value};
use crate::database::{Database, Dialect, Record, Transaction};
use crate::table::{Row, create, create_indexes};
use watchbook_eventlog::Position;

/// A generation's number is never given twice, so that nobody fills another's tables. `layout` names the tables
/// without their generation; `version` is the sum of the views' versions, by which a newer program is told from an
/// older. Beside the views lies what processes share: how far the reactors have come, and who does what.
pub(crate) fn schema(dialect: Dialect) -> String {
    let (integer, bytes) = (dialect.name_of(Type::Integer), dialect.name_of(Type::Bytes));
    let (number, strict) = match dialect {
        Dialect::Sqlite => ("INTEGER PRIMARY KEY AUTOINCREMENT", " STRICT"),
        Dialect::Postgres => ("BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY", ""),
    };
    format!(
        "CREATE TABLE IF NOT EXISTS generations (generation {number}, live {integer} NOT NULL,
             version {integer} NOT NULL, layout TEXT NOT NULL, cursor {integer} NOT NULL){strict};
         CREATE TABLE IF NOT EXISTS reactors (name TEXT PRIMARY KEY, cursor {integer} NOT NULL){strict};
         CREATE TABLE IF NOT EXISTS leases (name TEXT PRIMARY KEY, holder {bytes} NOT NULL,
             epoch {integer} NOT NULL, until {integer} NOT NULL){strict};
         CREATE TABLE IF NOT EXISTS reactor_states (name TEXT NOT NULL, part {integer} NOT NULL,
             sealed {bytes} NOT NULL, PRIMARY KEY (name, part)){strict};"
    )
}

const ALL: &str = "SELECT generation, live, version, layout, cursor FROM generations ORDER BY generation";
const INSERT: &str = "INSERT INTO generations (live, version, layout, cursor)
    VALUES (0, $1, $2, 0) RETURNING generation";
const ADVANCE: &str = "UPDATE generations SET cursor = $1 WHERE generation = $2 AND live = $3 AND cursor = $4
    RETURNING cursor";
const SET_LIVE: &str = "UPDATE generations SET live = 1 WHERE generation = $1";
const DELETE: &str = "DELETE FROM generations WHERE generation = $1";

/// A value for the row of each view, in the order in which readers join them: who locks them all keeps to it.
macro_rules! for_each_row {
    ($row:ident => $value:expr) => {
        [
            {
                type $row = $crate::accounts::AccountRow;
                $value
            },
            {
                type $row = $crate::activity::StoredActivity;
                $value
            },
            {
                type $row = $crate::notifications::StoredNotification;
                $value
            },
            {
                type $row = $crate::sessions::StoredSession;
                $value
            },
            {
                type $row = $crate::devices::StoredDevice;
                $value
            },
            {
                type $row = $crate::recovery_cases::RecoveryCaseRow;
                $value
            },
            {
                type $row = $crate::incidents::StoredIncident;
                $value
            },
            {
                type $row = $crate::alerts::AlertRow;
                $value
            },
            {
                type $row = $crate::looks::StoredLook;
                $value
            },
            {
                type $row = $crate::traces::StoredTrace;
                $value
            },
            {
                type $row = $crate::exports::StoredExport;
                $value
            },
        ]
    };
}
pub(crate) use for_each_row;

/// One generation of all tables.
#[derive(Clone, Debug)]
pub(crate) struct Generation {
    pub(crate) generation: i64,
    pub(crate) live: bool,
    version: i64,
    layout: String,
    cursor: i64,
}

impl Generation {
    pub(crate) fn cursor(&self) -> Position {
        Position(self.cursor.unsigned_abs())
    }

    /// Whether this program's mapping made it.
    pub(crate) fn is_current(&self) -> bool {
        self.layout == layout()
    }

    /// Whether a newer program made it: an older one must not undo that.
    pub(crate) fn is_newer(&self) -> bool {
        self.version > version()
    }

    /// What its tables are called without generation, and as readers know them.
    fn tables(&self) -> impl Iterator<Item = (String, &str)> {
        let name = |table: &str| format!("{table}_g{}", self.generation);
        self.layout.split(' ').filter_map(move |table| Some((name(table), table.rsplit_once("_v")?.0)))
    }
}

/// This program's tables.
fn layout() -> String {
    for_each_row!(R => format!("{}_v{}", R::NAME, R::VERSION)).join(" ")
}

fn version() -> i64 {
    for_each_row!(R => i64::from(R::VERSION)).iter().sum()
}

/// All generations, the oldest first.
pub(crate) async fn all(transaction: &mut Transaction) -> Result<Vec<Generation>, sqlx::Error> {
    transaction.fetch(ALL, &[]).await?.iter().map(generation).collect()
}

/// As readers see them.
pub(crate) async fn seen(database: &Database) -> Result<Vec<Generation>, sqlx::Error> {
    database.fetch(ALL, &[]).await?.iter().map(generation).collect()
}

fn generation(record: &Record) -> Result<Generation, sqlx::Error> {
    Ok(Generation {
        generation: record.integer(0)?,
        live: bool::read(record, 1)?,
        version: record.integer(2)?,
        layout: record.text(3)?,
        cursor: record.integer(4)?,
    })
}

/// The one that readers see.
pub(crate) async fn live(transaction: &mut Transaction) -> Result<Option<Generation>, sqlx::Error> {
    Ok(all(transaction).await?.into_iter().find(|generation| generation.live))
}

/// Makes the tables of a new generation, still without indexes.
pub(crate) async fn begin(transaction: &mut Transaction) -> Result<i64, sqlx::Error> {
    let layout = layout();
    let made = transaction.fetch(INSERT, &[Value::Integer(version()), Value::Text(&layout)]).await?;
    let generation = made.first().ok_or(sqlx::Error::RowNotFound)?.integer(0)?;
    let dialect = transaction.dialect();
    transaction.run(for_each_row!(R => create::<R>(dialect, generation)).concat()).await?;
    Ok(generation)
}

/// Makes the indexes: all at once, when the tables are full, costs a fraction of keeping them meanwhile.
pub(crate) async fn index(transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
    transaction.run(for_each_row!(R => create_indexes::<R>(generation)).concat()).await
}

/// Moves the cursor, if it is where the caller thinks and the generation still is what it was.
pub(crate) async fn advance(
    transaction: &mut Transaction,
    generation: i64,
    live: bool,
    from: Position,
    to: Position,
) -> Result<bool, sqlx::Error> {
    let values = [to.value(), Value::Integer(generation), live.value(), from.value()];
    Ok(!transaction.fetch(ADVANCE, &values).await?.is_empty())
}

/// Shows a generation to readers in place of the live one, which is dropped, and so are all that are being built:
/// whoever is done first is the one that counts.
pub(crate) async fn publish(transaction: &mut Transaction, generation: i64) -> Result<(), sqlx::Error> {
    let generations = all(transaction).await?;
    for old in generations.iter().filter(|old| old.generation != generation) {
        if old.live {
            if transaction.dialect() == Dialect::Postgres {
                let views: Vec<_> = old.tables().map(|(_, view)| view).collect();
                transaction.run(format!("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE", views.join(", "))).await?;
            }
            let views: String =
                old.tables().map(|(_, view)| format!("DROP VIEW IF EXISTS {view};\n")).collect();
            transaction.run(views).await?;
        }
        drop_one(transaction, old).await?;
    }
    for new in generations.iter().filter(|new| new.generation == generation) {
        let view = |(table, view): (String, &str)| format!("CREATE VIEW {view} AS SELECT * FROM {table};\n");
        transaction.run(new.tables().map(view).collect()).await?;
    }
    transaction.fetch(SET_LIVE, &[Value::Integer(generation)]).await.map(drop)
}

/// Drops a generation's tables.
pub(crate) async fn drop_one(transaction: &mut Transaction, old: &Generation) -> Result<(), sqlx::Error> {
    let tables: String = old.tables().map(|(table, _)| format!("DROP TABLE IF EXISTS {table};\n")).collect();
    transaction.run(tables).await?;
    transaction.fetch(DELETE, &[Value::Integer(old.generation)]).await.map(drop)
}
