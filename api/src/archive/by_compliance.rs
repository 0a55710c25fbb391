//! `POST /v1/operator/accounts/{id}/archive`: what is kept about a person, for whoever asks for it in writing.

use super::respond;
use crate::access::OperatorCaller;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::Id;
use axum::extract::State;
use axum::response::Response;
use watchbook_domain::AccountId;
use watchbook_domain::account::CopyData;

/// The archive of any account. It is a look, and the person's activity says that it was made.
#[utoipa::path(
    post, path = "/v1/operator/accounts/{id}/archive", tag = "operators", security(("session" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "a zip file"),
        (status = 403, body = ProblemBody), (status = 404, body = ProblemBody))
)]
pub async fn archive(
    State(app): State<App>,
    operator: OperatorCaller,
    Id(account): Id<AccountId>,
) -> Result<Response, Problem> {
    let command = CopyData { session: None, now: operator.0.caller.now };
    let metadata = operator.0.metadata(&app);
    let done = app.decide(account, &metadata, |a| command.decide(a, &app.policy)).await?;
    respond(&app, account, done.position).await
}
