//! What a person is told of their account and of each event.

use serde::Serialize;
use serde_json::{Map, Value};
use watchbook_domain::account::{AccountEvent, Level};
use watchbook_domain::{Account, AccountId, Email, Event as _, Locale, PhoneNumber, Timestamp, UserNumber};
use watchbook_eventlog::RecordedEvent;

/// The fields of events that are told. What is not among them stays untold, also when it is added later.
const FIELDS: [&str; 49] = [
    "address",
    "asn",
    "backup",
    "browser",
    "change",
    "city",
    "completes_at",
    "contact",
    "context",
    "coordinates",
    "count",
    "country",
    "device",
    "device_type",
    "email",
    "executes_at",
    "expires_at",
    "factor",
    "former_email",
    "former_number",
    "held_until",
    "hosting",
    "latitude",
    "level",
    "locale",
    "longitude",
    "name",
    "network",
    "new_device",
    "not_before",
    "number",
    "os",
    "place",
    "previous",
    "proof",
    "radius_km",
    "reason",
    "reasons",
    "relay",
    "risk",
    "signals",
    "sms_usable_at",
    "tor",
    "undo_until",
    "undone",
    "until",
    "usable_at",
    "user_agent",
    "vpn",
];

/// Digs out what is told, whatever lies deeper.
fn told(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| FIELDS.contains(&name.as_str()));
            Value::Object(fields.map(|(name, value)| (name, told(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(told).collect()),
        other => other,
    }
}

/// An event as its person is told it.
#[derive(Debug, Serialize)]
pub struct Told {
    /// When it was recorded.
    pub at: Timestamp,
    /// Its type.
    pub r#type: String,
    /// `account`: somebody signed in to it; `staff`; `nobody`: no one who was signed in.
    pub by: &'static str,
    /// What was recorded.
    pub data: Value,
}

impl Told {
    /// `None` for what is not told: whether somebody is looked into.
    pub fn of(account: AccountId, recorded: &RecordedEvent, event: &AccountEvent) -> Option<Self> {
        let by = match recorded.event.actor {
            Some(actor) if actor == account.0 => "account",
            Some(_) => "staff",
            None => "nobody",
        };
        Some(Self {
            at: recorded.event.recorded_at,
            r#type: event.event_type().to_owned(),
            by,
            data: data(event)?,
        })
    }
}

fn data(event: &AccountEvent) -> Option<Value> {
    use AccountEvent as E;
    let mut data = match event {
        E::LegalHoldPlaced { .. } | E::LegalHoldLifted => return None,
        // Where whoever it was sat is not this person's to know.
        E::EmailWantedElsewhere { email, context: _ } => serde_json::json!({"email": email}),
        // These are names of links.
        E::FactorRecoveryRequested { expires_at, context, .. } => {
            serde_json::json!({"expires_at": expires_at, "context": context})
        }
        event => serde_json::to_value(event).ok()?.get_mut("data").map(Value::take).unwrap_or_default(),
    };
    // The risk's reasons have names of their own, with numbers.
    let risk = data.get_mut("risk").map(Value::take).filter(Value::is_object);
    let mut data = match told(data) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    data.remove("risk");
    data.extend(risk.map(|risk| ("risk".to_owned(), risk)));
    Some(Value::Object(data))
}

/// An account as its person is told it.
#[derive(Debug, Serialize)]
pub struct Profile {
    account: AccountId,
    email: Option<Email>,
    email_verified: bool,
    user_number: Option<UserNumber>,
    phone: Option<PhoneNumber>,
    recovery_email: Option<Email>,
    previous_email: Option<Email>,
    language: Option<Locale>,
    registered_at: Timestamp,
    locked: bool,
    password_set_at: Option<Timestamp>,
    authenticator_app_since: Option<Timestamp>,
    text_messages_since: Option<Timestamp>,
    recovery_codes_left: u8,
    passkeys: Vec<Named>,
    devices: Vec<Named>,
    sessions: Vec<OpenSession>,
    sign_ins: u64,
    last_sign_in_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct Named {
    name: String,
    since: Timestamp,
    last_used_at: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
struct OpenSession {
    device: Option<String>,
    opened_at: Timestamp,
    level: Level,
    expires_at: Timestamp,
}

impl Profile {
    /// `None` when there is no such account.
    pub fn of(account: AccountId, state: &Account) -> Option<Self> {
        state.id?;
        let contacts = &state.contacts;
        let device = |id| state.devices.get(id).map(|device| device.name.clone());
        Some(Self {
            account,
            email: state.email.clone(),
            email_verified: state.email_verified,
            user_number: state.number,
            phone: state.phone_number().cloned(),
            recovery_email: contacts.recovery_email.as_ref().map(|recovery| recovery.email.clone()),
            previous_email: contacts.previous_email.as_ref().map(|previous| previous.email.clone()),
            language: state.locale.clone(),
            registered_at: state.registered_at,
            locked: state.locked.is_some(),
            password_set_at: state.password.map(|_| state.password_set_at),
            authenticator_app_since: state.totp.map(|totp| totp.enrolled_at),
            text_messages_since: state.phone.sms_enrolled_at,
            recovery_codes_left: state.recovery_codes.as_ref().map_or(0, |codes| codes.left()),
            passkeys: (state.passkeys.values())
                .map(|passkey| Named {
                    name: passkey.name.clone(),
                    since: passkey.enrolled_at,
                    last_used_at: passkey.last_used_at,
                })
                .collect(),
            devices: (state.devices.values())
                .map(|device| Named {
                    name: device.name.clone(),
                    since: device.first_seen,
                    last_used_at: Some(device.last_seen),
                })
                .collect(),
            sessions: (state.sessions.values())
                .map(|session| OpenSession {
                    device: device(&session.device),
                    opened_at: session.opened_at,
                    level: session.level,
                    expires_at: session.expires_at,
                })
                .collect(),
            sign_ins: state.sign_ins,
            last_sign_in_at: state.last_sign_in.map(|(at, _)| at),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use watchbook_domain::ClientContext;
    use watchbook_domain::account::LockReason;

    fn context(address: &str) -> ClientContext {
        ClientContext {
            address: address.into(),
            device: "Firefox on Linux".into(),
            ..ClientContext::default()
        }
    }

    #[test]
    fn secrets_other_people_and_notes_of_staff_are_not_told() {
        let id = uuid::Uuid::nil();
        let opened: AccountEvent = serde_json::from_value(json!({"type": "session.opened", "data": {
            "session": id, "device": id, "token_digest": "ab".repeat(32), "level": "aal2",
            "idle_expires_at": "2026-01-02T03:04:05.000006Z", "expires_at": "2026-01-02T03:04:05.000006Z"}}))
        .unwrap();
        let told = data(&opened).unwrap();
        assert_eq!(told["level"], "aal2");
        assert!(!told.to_string().contains("abab") && told.get("session").is_none(), "{told}");
        let email = Email::parse("ann@example.com").unwrap();
        let wanted = AccountEvent::EmailWantedElsewhere { email, context: context("198.51.100.7") };
        assert_eq!(data(&wanted).unwrap(), json!({"email": "ann@example.com"}));
        let locked = AccountEvent::Locked { reason: LockReason::Operator, note: Some("case 12".into()) };
        assert_eq!(data(&locked).unwrap(), json!({"reason": "operator"}));
        assert_eq!(data(&AccountEvent::LegalHoldPlaced { note: "case 12".into() }), None);
        let own = AccountEvent::RegistrationRepeated { context: context("192.0.2.1") };
        assert_eq!(data(&own).unwrap()["context"]["address"], "192.0.2.1");
    }
}
