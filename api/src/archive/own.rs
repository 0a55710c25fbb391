//! `POST /v1/account/archive`: a person takes away what is kept about them.

use super::respond;
use crate::app::App;
use crate::problem::{Problem, ProblemBody};
use crate::request::SignedIn;
use axum::extract::State;
use axum::response::Response;
use watchbook_domain::account::CopyData;

/// The archive of the person's own account. Needs a fresh proof of identity: it tells everything.
#[utoipa::path(
    post, path = "/v1/account/archive", tag = "account", security(("session" = [])),
    responses((status = 200, body = Vec<u8>, content_type = "application/octet-stream", description = "a zip file"),
        (status = 403, body = ProblemBody, description = "`reauthentication-required`"))
)]
pub async fn archive(State(app): State<App>, signed_in: SignedIn) -> Result<Response, Problem> {
    let command = CopyData { session: Some(signed_in.session_id), now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a, &app.policy)).await?;
    respond(&app, signed_in.account_id, done.position).await
}
