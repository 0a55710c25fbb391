//! A view's table: what a row is made of, and the statements that make the table.

use crate::cell::{Type, Value};
use crate::database::{Database, Dialect, Record, names};
use sqlx::AssertSqlSafe;

/// A column of a table.
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) of: Type,
    pub(crate) nullable: bool,
}

/// A row of a view, and thereby its table.
pub(crate) trait Row: Sized + Send + Sync + 'static {
    type Key: Ord + Copy + Send + Sync;
    const NAME: &'static str;
    /// Raised with every change of the columns or of what goes into them: the views are rebuilt then.
    const VERSION: u32;
    /// The first of the columns.
    const KEY: &'static [Column];
    /// All of them.
    const COLUMNS: &'static [Column];
    /// What follows the table's name in `CREATE INDEX`; made when a rebuild has filled the table.
    const INDEXES: &'static [&'static str];

    fn key(&self) -> Self::Key;
    fn each_of_key<'a>(key: &'a Self::Key, cell: &mut dyn FnMut(Value<'a>));
    fn each<'a>(&'a self, cell: &mut dyn FnMut(Value<'a>));
    fn read(record: &Record) -> Result<Self, sqlx::Error>;
}

/// Declares a row: its key, its other columns, and what the table is called.
macro_rules! row {
    (
        $(#[$doc:meta])*
        $vis:vis struct $row:ident in $name:literal version $version:literal indexes $indexes:expr;
        key { $($(#[$kdoc:meta])* $key:ident: $ktype:ty = $kname:literal,)+ }
        rest { $($(#[$fdoc:meta])* $field:ident: $type:ty = $fname:literal,)* }
    ) => {
        $(#[$doc])*
        $vis struct $row {
            $($(#[$kdoc])* pub $key: $ktype,)+
            $($(#[$fdoc])* pub $field: $type,)*
        }

        impl $crate::table::Row for $row {
            type Key = ($($ktype,)+);
            const NAME: &'static str = $name;
            const VERSION: u32 = $version;
            const KEY: &'static [$crate::table::Column] = &[$($crate::table::row!(@column $kname, $ktype)),+];
            const COLUMNS: &'static [$crate::table::Column] = &[
                $($crate::table::row!(@column $kname, $ktype),)+
                $($crate::table::row!(@column $fname, $type),)*
            ];
            const INDEXES: &'static [&'static str] = &$indexes;

            fn key(&self) -> Self::Key {
                ($(self.$key,)+)
            }

            fn each_of_key<'a>(key: &'a Self::Key, cell: &mut dyn FnMut($crate::cell::Value<'a>)) {
                let ($($key,)+) = key;
                $(cell($crate::cell::Cell::value($key));)+
            }

            fn each<'a>(&'a self, cell: &mut dyn FnMut($crate::cell::Value<'a>)) {
                $(cell($crate::cell::Cell::value(&self.$key));)+
                $(cell($crate::cell::Cell::value(&self.$field));)*
            }

            fn read(record: &$crate::database::Record) -> Result<Self, sqlx::Error> {
                let mut index = 0..;
                let mut next = || index.next().unwrap_or_default();
                Ok(Self {
                    $($key: $crate::cell::Cell::read(record, next())?,)+
                    $($field: $crate::cell::Cell::read(record, next())?,)*
                })
            }
        }
    };
    (@column $name:literal, $type:ty) => {
        $crate::table::Column {
            name: $name,
            of: <$type as $crate::cell::Cell>::TYPE,
            nullable: <$type as $crate::cell::Cell>::NULLABLE,
        }
    };
}
pub(crate) use row;

/// The name of one generation's table.
pub(crate) fn table_name<R: Row>(generation: i64) -> String {
    format!("{}_v{}_g{generation}", R::NAME, R::VERSION)
}

/// `CREATE TABLE` of one generation.
pub(crate) fn create<R: Row>(dialect: Dialect, generation: i64) -> String {
    let column = |column: &Column| {
        let null = if column.nullable { "" } else { " NOT NULL" };
        format!("{} {}{null}", column.name, dialect.name_of(column.of))
    };
    let columns: Vec<_> = R::COLUMNS.iter().map(column).collect();
    format!(
        "CREATE TABLE {} ({}, PRIMARY KEY ({})){};\n",
        table_name::<R>(generation),
        columns.join(", "),
        names(R::KEY, ""),
        dialect.table_options(R::KEY)
    )
}

/// `CREATE INDEX` of all indexes of one generation.
pub(crate) fn create_indexes<R: Row>(generation: i64) -> String {
    let table = table_name::<R>(generation);
    let create = |(n, index): (usize, &&str)| format!("CREATE INDEX {table}_{n} ON {table} {index};\n");
    R::INDEXES.iter().enumerate().map(create).collect()
}

/// All columns.
pub(crate) fn columns<R: Row>() -> String {
    names(R::COLUMNS, "")
}

/// Reads rows that readers see: `$1`, `$2` … in `rest` are `values`.
pub(crate) async fn query<R: Row>(
    database: &Database,
    rest: &'static str,
    values: &[Value<'_>],
) -> Result<Vec<R>, sqlx::Error> {
    let sql = AssertSqlSafe(format!("SELECT {} FROM {} {rest}", columns::<R>(), R::NAME));
    database.fetch(sql, values).await?.iter().map(R::read).collect()
}
