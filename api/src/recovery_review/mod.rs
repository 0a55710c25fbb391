//! `/v1/operator/recovery-cases…`: what support does with recovery cases. Every endpoint takes an operator with two
//! proved factors; a case is there for them once its contact address is proved.

pub mod check;
pub mod decision;
pub mod document;
pub mod message;
pub mod queue;
pub mod read;
pub mod stop;

use crate::problem::Problem;
use crate::request::Written;
use axum::http::StatusCode;
use watchbook_domain::recovery_case::RecoveryCase;
use watchbook_eventlog::Executed;

fn recorded(done: &Executed<RecoveryCase>) -> Result<Written<StatusCode>, Problem> {
    Ok(Written(done.position, StatusCode::NO_CONTENT))
}
