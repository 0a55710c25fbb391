//! What operators are shown of recorded events and states: everything but digests of secrets, and why each decision was
//! taken as it was.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use watchbook_domain::account::{AccountEvent, Risk, RiskLevel};

/// Drops every field that would tell a secret's digest: by its name, so that none that is added later is forgotten.
pub fn hide(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|name, _| !name.ends_with("digest"));
            fields.values_mut().for_each(hide);
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}

/// Whether `text` stands somewhere in the value as a whole.
pub fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(found) => found == text,
        Value::Array(items) => items.iter().any(|item| mentions(item, text)),
        Value::Object(fields) => fields.values().any(|field| mentions(field, text)),
        _ => false,
    }
}

/// Why something was decided as it was: from the event alone, as it was recorded then.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub struct Explanation {
    /// What was decided: `allowed`, `confirmation_asked`, `refused`, `rejected`, `ended`, `locked`, `unlocked`, `voided`,
    /// `suspected`, `stopped`.
    decision: &'static str,
    /// By which guard: `risk`, `account`, `password`, `second_factor`, `passkey`, `counter`, `session`, `lock`,
    /// `recovery`.
    guard: &'static str,
    /// Because of what.
    #[schema(value_type = Vec<Object>)]
    reasons: Vec<Value>,
}

impl Explanation {
    /// `None` for an event that is no decision about somebody who asks to be let in, or to stay.
    pub fn of(event: &AccountEvent) -> Option<Self> {
        use AccountEvent as E;
        let one = |decision, guard, reason: Value| Some(Self { decision, guard, reasons: vec![reason] });
        match event {
            E::SignInSucceeded { risk, .. } => Some(Self::risk("allowed", risk.as_ref()?)),
            E::ConfirmationRequested { risk, .. } => Some(Self::risk("confirmation_asked", risk)),
            E::SignInRefused { reason, .. } => one("refused", "account", json(reason)),
            E::PasswordRejected { .. } | E::ReauthenticationRejected { .. } => {
                one("rejected", "password", "wrong_or_void".into())
            }
            E::SecondFactorRejected { factor, .. } => one("rejected", "second_factor", json(factor)),
            E::SmsCodeRejected { .. } => one("rejected", "second_factor", "sms".into()),
            E::PasskeyRejected { .. } => one("rejected", "passkey", "wrong_or_unknown".into()),
            E::PasskeyCopySuspected { counter, last_counter, .. } => {
                let reason = serde_json::json!({"counter": counter, "last_counter": last_counter});
                one("suspected", "counter", reason)
            }
            E::SessionEnded { reason, .. } => one("ended", "session", json(reason)),
            E::Locked { reason, .. } => one("locked", "lock", json(reason)),
            E::Unlocked { reason } => one("unlocked", "lock", json(reason)),
            E::PasswordChangeRequired { reason, .. } => one("voided", "password", json(reason)),
            E::FactorRecoveryStopped { reason, .. } => one("stopped", "recovery", json(reason)),
            E::SupportRecoveryStopped { by, .. } => one("stopped", "recovery", json(by)),
            _ => None,
        }
    }

    fn risk(decision: &'static str, risk: &Risk) -> Self {
        let mut reasons: Vec<Value> = risk.reasons.iter().map(json).collect();
        if risk.level == RiskLevel::Usual && reasons.is_empty() {
            reasons.push(json(&risk.level));
        }
        Self { decision, guard: "risk", reasons }
    }
}

fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use watchbook_domain::account::RiskReason;

    #[test]
    fn digests_are_hidden_wherever_they_are() {
        let mut value = json!({"a": [{"token_digest": "x", "b": 1}], "secret_digest": "x", "digest": "x"});
        hide(&mut value);
        assert_eq!(value, json!({"a": [{"b": 1}]}));
    }

    #[test]
    fn a_value_is_found_as_a_whole() {
        let value = json!({"a": [{"session": "12"}], "b": "123"});
        assert!(mentions(&value, "12") && mentions(&value, "123"));
        assert!(!mentions(&value, "1") && !mentions(&value, "session"));
    }

    #[test]
    fn what_was_recorded_explains_the_decision() {
        let id = uuid::Uuid::nil();
        let travel = RiskReason::Travel { km: 1_240, seconds: 60 };
        let risk = Risk { level: RiskLevel::Risky, reasons: vec![RiskReason::NewDevice, travel] };
        let explained = Explanation::risk("confirmation_asked", &risk);
        let expected = json!({"decision": "confirmation_asked", "guard": "risk",
            "reasons": ["new_device", {"travel": {"km": 1_240, "seconds": 60}}]});
        assert_eq!(serde_json::to_value(explained).unwrap(), expected);
        let ended = AccountEvent::SessionEnded {
            session: watchbook_domain::SessionId(id),
            reason: watchbook_domain::account::EndReason::AccountLocked,
        };
        assert_eq!(Explanation::of(&ended).unwrap().reasons, [json!("account_locked")]);
        assert_eq!(Explanation::of(&AccountEvent::ContactConfirmed), None);
    }
}
