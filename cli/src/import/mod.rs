//! Old records of sign-ins, on their way into the log.

mod mapping;
mod records;

pub(crate) use mapping::Mapping;
pub(crate) use records::{Format, Records};
