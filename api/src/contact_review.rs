//! `POST /v1/account/contact/confirm`: the person looked at addresses and number, and they are right.

use crate::app::App;
use crate::problem::Problem;
use crate::request::{SignedIn, Written};
use crate::sign_in::no_content;
use axum::extract::State;
use axum::http::StatusCode;
use watchbook_domain::account::ConfirmContact;

/// Records that the person looked at e-mail address, recovery address and phone number. `contact_review_due` is false
/// again for as long as the policy says.
#[utoipa::path(
    post, path = "/v1/account/contact/confirm", tag = "contact", security(("session" = [])),
    responses((status = 204))
)]
pub async fn confirm(State(app): State<App>, signed_in: SignedIn) -> Result<Written<StatusCode>, Problem> {
    let command = ConfirmContact { session: signed_in.session_id, now: signed_in.caller.now };
    let metadata = signed_in.metadata(&app);
    let done = app.decide(signed_in.account_id, &metadata, |a| command.decide(a)).await?;
    Ok(no_content(done.position))
}
