//! `/v1/operator/exports`: what compliance takes away. A worker makes it; see `workers/src/exporter.rs`.

pub mod cancel;
pub mod download;
pub mod list;
pub mod read;
pub mod request;

use crate::problem::{self, Problem};
use watchbook_domain::export::ExportRejection;

impl From<ExportRejection> for Problem {
    fn from(rejection: ExportRejection) -> Self {
        use ExportRejection as R;
        match rejection {
            R::Unknown => problem::NOT_FOUND.into(),
            R::Query => Self::from(problem::MALFORMED).detail(rejection.to_string()),
            R::NotPending | R::NoFiles => Self::from(problem::EXPORT_CONFLICT).detail(rejection.to_string()),
        }
    }
}
