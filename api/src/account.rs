//! `GET /v1/account`: the account's current state, for its owner and for the site's back ends.

use crate::app::App;
use crate::problem::{self, Problem, ProblemBody};
use crate::request::{CaughtUp, Id, SignedIn};
use crate::service_keys::ServiceCaller;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;
use watchbook_domain::account::{PendingEmail, review_due};
use watchbook_domain::policy::Policy;
use watchbook_domain::service_key::Scope;
use watchbook_domain::{AccountId, Timestamp};
use watchbook_projections::AccountRow;

/// An account's current state.
#[derive(Serialize, ToSchema)]
pub struct AccountAnswer {
    /// The account.
    account_id: Uuid,
    /// The number it can sign in with.
    user_number: String,
    /// The address it can sign in with.
    email: String,
    /// Whether the owner has proved the address.
    email_verified: bool,
    /// Why it is locked: `disowned`, `operator` or `detected`; absent when it is not.
    locked: Option<String>,
    /// When it was registered.
    #[schema(value_type = String, format = DateTime)]
    registered_at: Timestamp,
    /// When the password was last set.
    #[schema(value_type = String, format = DateTime)]
    password_set_at: Timestamp,
    /// Since when the password is void, so that a new one has to be set by the mailed link; absent when it is not.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    password_change_required_at: Option<Timestamp>,
    /// Until when password, addresses and factors cannot be changed, because of an alert; for its owner only.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    changes_held_until: Option<Timestamp>,
    /// Whether an authenticator app is enrolled.
    totp_enrolled: bool,
    /// The proved phone number it can sign in with.
    #[schema(example = "+351912345678")]
    phone: Option<String>,
    /// Whether codes by text message are a second factor.
    sms_enrolled: bool,
    /// Unused recovery codes.
    recovery_codes_left: u8,
    /// Enrolled passkeys.
    passkeys: u32,
    /// When the address was last proved by a mailed link.
    #[schema(value_type = Option<String>, format = DateTime)]
    email_proved_at: Option<Timestamp>,
    /// An address that is to be the account's and waits for its proof; for its owner only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_email: Option<String>,
    /// The proved recovery address. Nobody signs in with it.
    recovery_email: Option<String>,
    /// When it was proved.
    #[schema(value_type = Option<String>, format = DateTime)]
    recovery_email_proved_at: Option<Timestamp>,
    /// A recovery address that waits for its proof; for its owner only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pending_recovery_email: Option<String>,
    /// When the phone number was proved.
    #[schema(value_type = Option<String>, format = DateTime)]
    phone_proved_at: Option<Timestamp>,
    /// When the person last said that addresses and number are right.
    #[schema(value_type = Option<String>, format = DateTime)]
    contact_confirmed_at: Option<Timestamp>,
    /// Whether one of them was neither proved nor confirmed for so long that the person should look at them.
    contact_review_due: bool,
    /// The language to write to the person in (BCP 47), if known.
    #[schema(example = "pt-BR")]
    locale: Option<String>,
    /// Sign-ins so far.
    sign_ins: u64,
    /// The latest.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_sign_in_at: Option<Timestamp>,
}

impl AccountAnswer {
    fn new(row: AccountRow, policy: &Policy, now: Timestamp) -> Self {
        let proved = [row.email_proved_at, row.recovery_email_proved_at, row.phone_proved_at];
        Self {
            contact_review_due: review_due(proved, row.contact_confirmed_at, policy, now),
            email_proved_at: row.email_proved_at,
            changes_held_until: None,
            pending_email: None,
            recovery_email: row.recovery_email,
            recovery_email_proved_at: row.recovery_email_proved_at,
            pending_recovery_email: None,
            phone_proved_at: row.phone_proved_at,
            contact_confirmed_at: row.contact_confirmed_at,
            account_id: row.account.0,
            user_number: row.user_number,
            email: row.email,
            email_verified: row.email_verified,
            locked: row.locked,
            registered_at: row.registered_at,
            password_set_at: row.password_set_at,
            password_change_required_at: row.password_change_required_at,
            totp_enrolled: row.totp_enrolled_at.is_some(),
            phone: row.phone,
            sms_enrolled: row.sms_enrolled_at.is_some(),
            recovery_codes_left: row.recovery_codes_left,
            passkeys: row.passkeys,
            locale: row.locale,
            sign_ins: row.sign_ins,
            last_sign_in_at: row.last_sign_in_at,
        }
    }
}

/// The state of the person's own account.
#[utoipa::path(get, path = "/v1/account", tag = "account", security(("session" = [])), responses((status = 200, body = AccountAnswer)))]
pub async fn own(
    State(app): State<App>,
    _caught_up: CaughtUp,
    signed_in: SignedIn,
) -> Result<Json<AccountAnswer>, Problem> {
    let Json(mut answer) = find(&app, signed_in.account_id).await?;
    let waiting = |pending: &Option<PendingEmail>| {
        let pending = pending.as_ref().filter(|pending| signed_in.caller.now < pending.expires_at);
        pending.map(|pending| pending.email.as_str().to_owned())
    };
    let held = signed_in.account.suspicion.held_until;
    answer.changes_held_until = held.filter(|until| signed_in.caller.now < *until);
    answer.pending_email = waiting(&signed_in.account.contacts.pending_email);
    answer.pending_recovery_email = waiting(&signed_in.account.contacts.pending_recovery_email);
    Ok(Json(answer))
}

/// The state of any account, for a back end with the scope `accounts_read`.
#[utoipa::path(
    get, path = "/v1/accounts/{id}", tag = "service", security(("service_key" = [])), params(("id" = Uuid, Path,)),
    responses((status = 200, body = AccountAnswer), (status = 404, body = ProblemBody))
)]
pub async fn read(
    State(app): State<App>,
    _caught_up: CaughtUp,
    service: ServiceCaller,
    Id(account): Id<AccountId>,
) -> Result<Json<AccountAnswer>, Problem> {
    service.require(Scope::AccountsRead)?;
    find(&app, account).await
}

/// Looks an account up in the view.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn find(app: &App, account: AccountId) -> Result<Json<AccountAnswer>, Problem> {
    let row = app.views.account(account).await?.ok_or(problem::NOT_FOUND)?;
    Ok(Json(AccountAnswer::new(row, &app.policy, app.clock.now())))
}
