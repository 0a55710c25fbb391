//! What can stand in a column: Rust values as the kinds that every database has.

use crate::database::Record;
use crate::traces::TraceId;
use watchbook_domain::{
    AccountId, AlertId, AttemptId, DeviceId, ExportId, IncidentId, NotificationId, RecoveryCaseId, SessionId,
    Timestamp,
};
use watchbook_eventlog::Position;

/// A value on its way into a statement or a digest.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Null,
    Integer(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// A column's type.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    Integer,
    Text,
    Bytes,
}

/// What a column holds.
pub(crate) trait Cell: Sized {
    const TYPE: Type;
    const NULLABLE: bool = false;

    fn value(&self) -> Value<'_>;
    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error>;
}

impl<T: Cell> Cell for Option<T> {
    const TYPE: Type = T::TYPE;
    const NULLABLE: bool = true;

    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, T::value)
    }

    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
        if record.is_null(index)? { Ok(None) } else { T::read(record, index).map(Some) }
    }
}

impl Cell for String {
    const TYPE: Type = Type::Text;

    fn value(&self) -> Value<'_> {
        Value::Text(self)
    }

    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
        record.text(index)
    }
}

impl Cell for bool {
    const TYPE: Type = Type::Integer;

    fn value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }

    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
        Ok(record.integer(index)? != 0)
    }
}

/// Whole numbers; what does not fit is clamped, which no event of a real log can cause.
macro_rules! whole_numbers {
    ($($type:ty)*) => {$(
        impl Cell for $type {
            const TYPE: Type = Type::Integer;

            fn value(&self) -> Value<'_> {
                Value::Integer(i64::try_from(*self).unwrap_or(i64::MAX))
            }

            fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
                Self::try_from(record.integer(index)?).map_err(|error| sqlx::Error::Decode(error.into()))
            }
        }
    )*};
}
whole_numbers!(u8 u32 u64);

/// Positions beyond SQL's integers do not exist, so the largest stands for them.
impl Cell for Position {
    const TYPE: Type = Type::Integer;

    fn value(&self) -> Value<'_> {
        self.0.value()
    }

    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
        u64::read(record, index).map(Self)
    }
}

/// Microseconds since 1970, UTC.
impl Cell for Timestamp {
    const TYPE: Type = Type::Integer;

    fn value(&self) -> Value<'_> {
        Value::Integer(self.micros())
    }

    fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
        record.integer(index).map(Self::from_micros)
    }
}

macro_rules! ids {
    ($($id:ident)*) => {$(
        impl Cell for $id {
            const TYPE: Type = Type::Bytes;

            fn value(&self) -> Value<'_> {
                Value::Bytes(self.0.as_bytes())
            }

            fn read(record: &Record, index: usize) -> Result<Self, sqlx::Error> {
                record.uuid(index).map(Self)
            }
        }
    )*};
}
ids!(AccountId AlertId SessionId DeviceId AttemptId NotificationId RecoveryCaseId IncidentId TraceId ExportId);
