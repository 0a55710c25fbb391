//! `POST /v1/operator/exports/{id}/cancel`: an export is not wanted after all.

use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::{Id, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::ExportId;
use watchbook_domain::export::Export;

/// Gives an export up while it is made; what was written of it is deleted.
#[utoipa::path(
    post, path = "/v1/operator/exports/{id}/cancel", tag = "exports", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 204), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody),
        (status = 409, body = ProblemBody, description = "`export-conflict`: it is not under way"))
)]
pub async fn cancel(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(export): Id<ExportId>,
) -> Result<Written<StatusCode>, Problem> {
    let by = operator.0.account_id;
    let metadata = operator.0.metadata(&app);
    let stream = app.exports.stream(export);
    let done =
        app.exports.execute(&stream, export.into(), &metadata, |state: &Export| state.cancel(by)).await?;
    Ok(no_content(done.position))
}
