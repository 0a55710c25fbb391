//! `GET /v1/account/checklist`: what the owner could do better, and what they should look at now.

use crate::app::App;
use crate::request::SignedIn;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use watchbook_domain::account::checklist::{Item, ItemId, ItemState, Reason, checklist};

/// The checklist of one account, always with the same items in the same order.
#[derive(Serialize, ToSchema)]
pub struct ChecklistAnswer {
    /// Every recommendation.
    items: Vec<ItemAnswer>,
}

/// One recommendation.
#[derive(Serialize, ToSchema)]
pub struct ItemAnswer {
    /// Which one: `second_factor`, `password`, `recovery_email`, `phone`, `contact_review`, `recovery_codes`,
    /// `unknown_devices`, `passkey_copies`, `support_recovery`, `factor_recovery`, `contact_change`.
    #[schema(value_type = String, example = "recovery_codes")]
    id: ItemId,
    /// `done`, `advised` or `urgent`.
    #[schema(value_type = String, example = "advised")]
    state: ItemState,
    /// Why: an object with a `kind` and what belongs to it. Absent where there is nothing to say.
    #[schema(value_type = Option<Object>, example = json!({"kind": "few_left", "left": 2}))]
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<Reason>,
    /// How to mend it; absent when it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix>,
}

/// A call that mends an item, or begins to.
#[derive(Serialize, ToSchema)]
pub struct Fix {
    /// The method.
    #[schema(example = "POST")]
    method: &'static str,
    /// The path.
    #[schema(example = "/v1/recovery-codes")]
    path: String,
}

impl From<Item> for ItemAnswer {
    fn from(Item { id, state, reason }: Item) -> Self {
        let fix = (state != ItemState::Done).then(|| fix(id, reason.as_ref()));
        Self { id, state, reason, fix }
    }
}

fn fix(id: ItemId, reason: Option<&Reason>) -> Fix {
    let (method, path) = match (id, reason) {
        (ItemId::SecondFactor, _) => ("POST", "/v1/totp"),
        (ItemId::Password, _) => ("POST", "/v1/password/forgot"),
        (ItemId::RecoveryEmail, Some(Reason::WaitsForProof)) => ("POST", "/v1/recovery-email/confirm"),
        (ItemId::RecoveryEmail, _) => ("POST", "/v1/recovery-email"),
        (ItemId::Phone, _) => ("POST", "/v1/phone"),
        (ItemId::ContactReview, _) => ("POST", "/v1/account/contact/confirm"),
        (ItemId::RecoveryCodes, _) => ("POST", "/v1/recovery-codes"),
        (ItemId::UnknownDevices, _) => ("GET", "/v1/devices"),
        (ItemId::PasskeyCopies, Some(Reason::Passkeys { passkeys })) if !passkeys.is_empty() => {
            let path = passkeys.iter().take(1).map(|passkey| format!("/v1/passkeys/{}", passkey.0)).collect();
            return Fix { method: "DELETE", path };
        }
        (ItemId::PasskeyCopies, _) => ("GET", "/v1/passkeys"),
        (ItemId::SupportRecovery, _) => ("POST", "/v1/account/recovery/stop"),
        // A new password ends it.
        (ItemId::FactorRecovery, _) => ("POST", "/v1/password"),
        (ItemId::ContactChange, _) => ("DELETE", "/v1/email/change"),
    };
    Fix { method, path: path.to_owned() }
}

/// How the person's own account stands, computed now.
#[utoipa::path(
    get, path = "/v1/account/checklist", tag = "account", security(("session" = [])),
    responses((status = 200, body = ChecklistAnswer))
)]
pub async fn read(State(app): State<App>, signed_in: SignedIn) -> Json<ChecklistAnswer> {
    let here = Some(signed_in.session.device);
    let items = checklist(&signed_in.account, here, &app.policy, signed_in.caller.now);
    Json(ChecklistAnswer { items: items.into_iter().map(ItemAnswer::from).collect() })
}
