//! What can stand in a column: Rust values as the three kinds that every database has.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;
use watchbook_domain::{AccountId, AttemptId, DeviceId, NotificationId, SessionId, Timestamp};
use watchbook_eventlog::Position;

/// A value on its way into a statement or a digest.
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A column's type.
pub(crate) trait Cell: Sized {
    /// In `CREATE TABLE`.
    const TYPE: &'static str;
    const NULLABLE: bool = false;

    fn value(&self) -> Value<'_>;
    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error>;
}

impl<T: Cell> Cell for Option<T> {
    const TYPE: &'static str = T::TYPE;
    const NULLABLE: bool = true;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::value)
    }

    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
        use sqlx::ValueRef as _;
        if row.try_get_raw(index)?.is_null() { Ok(None) } else { T::read(row, index).map(Some) }
    }
}

impl Cell for String {
    const TYPE: &'static str = "TEXT";

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }

    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
        row.try_get_unchecked(index)
    }
}

impl Cell for bool {
    const TYPE: &'static str = "INTEGER";

    fn value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }

    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
        Ok(row.try_get_unchecked::<i64, _>(index)? != 0)
    }
}

/// Whole numbers; what does not fit is clamped, which no event of a real log can cause.
macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl Cell for $type {
            const TYPE: &'static str = "INTEGER";

            fn value(&self) -> Value<'_> {
                Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
                let value = row.try_get_unchecked::<i64, _>(index)?;
                Self::try_from(value).map_err(|error| sqlx::Error::Decode(error.into()))
            }
        }
    )*};
}
whole_numbers!(u8 u32 u64);

impl Cell for Position {
    const TYPE: &'static str = "INTEGER";

    fn value(&self) -> Value<'_> {
        Value::Integer(sql_position(*self))
    }

    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
        u64::read(row, index).map(Self)
    }
}

/// Microseconds since 1970, UTC.
impl Cell for Timestamp {
    const TYPE: &'static str = "INTEGER";

    fn value(&self) -> Value<'_> {
        Value::Integer(self.micros())
    }

    fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
        Ok(Self::from_micros(row.try_get_unchecked(index)?))
    }
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Cell for $id {
            const TYPE: &'static str = "BLOB";

            fn value(&self) -> Value<'_> {
                Value::Bytes(self.0.as_bytes())
            }

            fn read(row: &SqliteRow, index: usize) -> Result<Self, sqlx::Error> {
                let bytes: &[u8] = row.try_get_unchecked(index)?;
                Uuid::from_slice(bytes).map(Self).map_err(|error| sqlx::Error::Decode(error.into()))
            }
        }
    )*};
}
ids!(AccountId SessionId DeviceId AttemptId NotificationId);

/// Positions beyond SQL's integers do not exist, so the largest stands for them.
pub(crate) fn sql_position(position: Position) -> i64 {
    i64::try_from(position.0).unwrap_or(i64::MAX)
}

/// The bytes of an id, to be bound.
pub(crate) fn key_bytes(id: Uuid) -> Vec<u8> {
    id.as_bytes().to_vec()
}
