//! Generations of tables: the live one that readers see, and those that are being built beside it.

use crate::cell::sql_position;
use crate::table::{Row, create, create_indexes};
use sqlx::{AssertSqlSafe, SqliteConnection, SqliteExecutor};
use watchbook_eventlog::Position;

/// A generation's number is never given twice, so that nobody fills another's tables. `layout` names the tables
/// without their generation; `version` is the sum of the views' versions, by which a newer program is told from an
/// older.
pub(crate) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS generations (generation INTEGER PRIMARY KEY AUTOINCREMENT, live INTEGER NOT NULL,
    version INTEGER NOT NULL, layout TEXT NOT NULL, cursor INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS reactors (name TEXT PRIMARY KEY, cursor INTEGER NOT NULL) STRICT;
";

const ALL: &str = "SELECT generation, live, version, layout, cursor FROM generations ORDER BY generation";
const INSERT: &str = "INSERT INTO generations (live, version, layout, cursor)
    VALUES (0, $1, $2, 0) RETURNING generation";
const ADVANCE: &str =
    "UPDATE generations SET cursor = $1 WHERE generation = $2 AND live = $3 AND cursor = $4";
const SET_LIVE: &str = "UPDATE generations SET live = 1 WHERE generation = $1";
const DELETE: &str = "DELETE FROM generations WHERE generation = $1";

/// A value for the row of each view.
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
                type $row = $crate::devices::StoredDevice;
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
pub(crate) async fn all(executor: impl SqliteExecutor<'_>) -> Result<Vec<Generation>, sqlx::Error> {
    let found: Vec<(i64, bool, i64, String, i64)> = sqlx::query_as(ALL).fetch_all(executor).await?;
    let generation = |(generation, live, version, layout, cursor)| Generation {
        generation,
        live,
        version,
        layout,
        cursor,
    };
    Ok(found.into_iter().map(generation).collect())
}

/// The one that readers see.
pub(crate) async fn live(executor: impl SqliteExecutor<'_>) -> Result<Option<Generation>, sqlx::Error> {
    Ok(all(executor).await?.into_iter().find(|generation| generation.live))
}

/// Makes the tables of a new generation, still without indexes.
pub(crate) async fn begin(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let insert = sqlx::query_scalar(INSERT).bind(version()).bind(layout());
    let generation: i64 = insert.fetch_one(&mut *connection).await?;
    run(connection, for_each_row!(R => create::<R>(generation)).concat()).await?;
    Ok(generation)
}

/// Makes the indexes: all at once, when the tables are full, costs a fraction of keeping them meanwhile.
pub(crate) async fn index(connection: &mut SqliteConnection, generation: i64) -> Result<(), sqlx::Error> {
    run(connection, for_each_row!(R => create_indexes::<R>(generation)).concat()).await
}

/// Moves the cursor, if it is where the caller thinks and the generation still is what it was.
pub(crate) async fn advance(
    connection: &mut SqliteConnection,
    generation: i64,
    live: bool,
    from: Position,
    to: Position,
) -> Result<bool, sqlx::Error> {
    let advance = sqlx::query(ADVANCE).bind(sql_position(to)).bind(generation).bind(live);
    Ok(advance.bind(sql_position(from)).execute(connection).await?.rows_affected() == 1)
}

/// Shows a generation to readers in place of the live one, which is dropped, and so are all that are being built:
/// whoever is done first is the one that counts.
pub(crate) async fn publish(connection: &mut SqliteConnection, generation: i64) -> Result<(), sqlx::Error> {
    let generations = all(&mut *connection).await?;
    for old in generations.iter().filter(|old| old.generation != generation) {
        if old.live {
            let views: String =
                old.tables().map(|(_, view)| format!("DROP VIEW IF EXISTS {view};\n")).collect();
            run(connection, views).await?;
        }
        drop_one(connection, old).await?;
    }
    for new in generations.iter().filter(|new| new.generation == generation) {
        let view = |(table, view): (String, &str)| format!("CREATE VIEW {view} AS SELECT * FROM {table};\n");
        run(connection, new.tables().map(view).collect()).await?;
    }
    sqlx::query(SET_LIVE).bind(generation).execute(connection).await.map(drop)
}

/// Drops a generation's tables.
pub(crate) async fn drop_one(connection: &mut SqliteConnection, old: &Generation) -> Result<(), sqlx::Error> {
    let tables: String = old.tables().map(|(table, _)| format!("DROP TABLE IF EXISTS {table};\n")).collect();
    run(connection, tables).await?;
    sqlx::query(DELETE).bind(old.generation).execute(connection).await.map(drop)
}

async fn run(connection: &mut SqliteConnection, statements: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(connection).await.map(drop)
}
