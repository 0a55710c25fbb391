//! OCSF 1.8 (schema.ocsf.io): Authentication 3002, Account Change 3001, Detection Finding 2004, and Base Event for all
//! that is none of these. What OCSF has no attribute for stands in `unmapped`, so that nothing is lost.

use crate::format::json;
use crate::record::{Carried, CarriedLine, Record};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;
use uuid::Uuid;
use watchbook_domain::Timestamp;

/// Version of the schema.
const VERSION: &str = "1.8.0";
const OTHER: u32 = 99;
/// Its outcome says whether it succeeded, and it happened before it was recorded.
const REPORTED: &str = "sign_in.observed";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Base = 0,
    Finding = 2004,
    AccountChange = 3001,
    Authentication = 3002,
}

#[derive(Clone, Copy)]
enum Status {
    None = 0,
    Success = 1,
    Failure = 2,
}

use Class::{AccountChange, Authentication, Finding};
use Status::{Failure, None as Unstated, Success};

/// Event type, class, activity, status. The one table of it; what is not in it is an Account Change or Base Event of
/// the activity Other, with the type as its name.
#[rustfmt::skip]
const CLASSES: &[(&str, Class, u32, Status)] = &[
    ("account.locked", AccountChange, 9, Success),
    ("account.registered", AccountChange, 1, Success),
    ("account.unlocked", AccountChange, 12, Success),
    ("alert.raised", Finding, 1, Unstated),
    ("alert.repeated", Finding, 2, Unstated),
    ("attempt.refused", Authentication, 1, Failure),
    ("attempt.rejected", Authentication, 1, Failure),
    ("attempt.unknown_identifier", Authentication, 6, Unstated),
    ("passkey.accepted", Authentication, 6, Success),
    ("passkey.enrolled", AccountChange, 10, Success),
    ("passkey.removed", AccountChange, 11, Success),
    ("password.changed", AccountChange, 3, Success),
    ("second_factor.recovery_code_accepted", Authentication, 6, Success),
    ("second_factor.rejected", Authentication, 1, Failure),
    ("second_factor.sms_accepted", Authentication, 6, Success),
    ("second_factor.started", Authentication, 6, Unstated),
    ("second_factor.totp_accepted", Authentication, 6, Success),
    ("session.ended", Authentication, 2, Success),
    ("session.opened", Authentication, 3, Success),
    ("session.refreshed", Authentication, 5, Success),
    ("sign_in.passkey_rejected", Authentication, 1, Failure),
    ("sign_in.passkey_started", Authentication, 6, Unstated),
    ("sign_in.password_accepted", Authentication, 6, Success),
    ("sign_in.password_rejected", Authentication, 1, Failure),
    ("sign_in.refused", Authentication, 1, Failure),
    ("sign_in.started", Authentication, 6, Unstated),
    ("sign_in.succeeded", Authentication, 1, Success),
    ("sms.enrolled", AccountChange, 10, Success),
    ("sms.removed", AccountChange, 11, Success),
    ("totp.enrolled", AccountChange, 10, Success),
    ("totp.removed", AccountChange, 11, Success),
];

/// `auth_factors[].factor_type_id`, by the event that accepts or refuses one, or by the factor that it names.
#[rustfmt::skip]
const FACTORS: &[(&str, u32)] = &[
    ("passkey.accepted", 10), ("sign_in.passkey_rejected", 10), ("sign_in.passkey_started", 10), ("passkey", 10),
    ("second_factor.sms_accepted", 1), ("sms", 1), ("push", 5),
    ("second_factor.totp_accepted", 7), ("totp", 7),
    ("second_factor.recovery_code_accepted", OTHER), ("recovery_code", OTHER),
    ("sign_in.password_accepted", 11), ("sign_in.password_rejected", 11),
];

/// What formats make use of in a payload's data.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Facts<'a> {
    #[serde(borrow)]
    context: Option<Context<'a>>,
    session: Option<Uuid>,
    #[serde(borrow)]
    factor: Option<Cow<'a, str>>,
    #[serde(borrow)]
    reason: Option<Cow<'a, str>>,
    #[serde(borrow)]
    change: Option<Cow<'a, str>>,
    #[serde(borrow)]
    summary: Option<Cow<'a, str>>,
    #[serde(borrow)]
    severity: Option<Cow<'a, str>>,
    #[serde(borrow)]
    technique: Option<Cow<'a, str>>,
    /// Of a sign-in that another system reports.
    #[serde(borrow)]
    outcome: Option<Cow<'a, str>>,
    happened_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow)]
    address: Cow<'a, str>,
    #[serde(borrow)]
    user_agent: Cow<'a, str>,
}

impl<'a> Facts<'a> {
    /// Of data in which a field has another shape, nothing is used: it still stands whole beside the rest.
    pub(crate) fn of(data: Option<&'a RawValue>) -> Self {
        data.and_then(|data| serde_json::from_str(data.get()).ok()).unwrap_or_default()
    }

    pub(crate) fn address(&self) -> Option<&str> {
        self.context.as_ref().map(|context| &*context.address)
    }

    pub(crate) fn user_agent(&self) -> Option<&str> {
        self.context.as_ref().map(|context| &*context.user_agent)
    }
}

#[derive(Serialize)]
struct Line<'a> {
    activity_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_name: Option<&'a str>,
    category_uid: u32,
    class_uid: u32,
    type_uid: u32,
    severity_id: u32,
    time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<Product>,
    #[serde(skip_serializing_if = "Option::is_none")]
    src_endpoint: Option<Endpoint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_request: Option<HttpRequest<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<Named>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_factors: Option<[Factor<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finding_info: Option<FindingInfo<'a>>,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    version: &'static str,
    product: Product,
    uid: Uuid,
    event_code: &'a str,
    correlation_uid: Uuid,
    sequence: u64,
}

#[derive(Serialize)]
struct Product {
    name: &'static str,
}

#[derive(Serialize)]
struct Named {
    uid: Uuid,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    ip: &'a str,
}

#[derive(Serialize)]
struct HttpRequest<'a> {
    user_agent: &'a str,
}

#[derive(Serialize)]
struct Factor<'a> {
    factor_type_id: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    factor_type: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    uid: Uuid,
    title: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    attacks: Option<[Attack<'a>; 1]>,
}

#[derive(Serialize)]
struct Attack<'a> {
    technique: Technique<'a>,
}

#[derive(Serialize)]
struct Technique<'a> {
    uid: &'a str,
}

/// The rest of the log's own fields.
#[derive(Serialize)]
struct Unmapped<'a> {
    stream: &'a str,
    version: u64,
    schema_version: u16,
    recorded_at_micros: i64,
    subject: Uuid,
    actor: Option<Uuid>,
    causation_id: Option<Uuid>,
    #[serde(flatten)]
    carried: CarriedLine<'a>,
}

const PRODUCT: Product = Product { name: "Watchbook" };

pub(crate) fn write(record: &Record<'_>, to: &mut Vec<u8>) {
    let (entry, event) = (record.entry, &record.entry.event);
    let Carried { position, erased, data } = record.carried;
    let facts = Facts::of(data);
    let kind = event.event_type.as_str();
    let (class, activity, status) = classify(kind, &facts, entry.stream.category());
    let at = facts.happened_at.filter(|_| kind == REPORTED).unwrap_or(event.recorded_at);
    let class_uid = class as u32;
    let user = (class == Authentication || class == AccountChange).then_some(Named { uid: event.subject.0 });
    let name = |name: &str| FACTORS.iter().find(|(of, _)| *of == name).map(|(_, id)| *id);
    let factor = name(kind).or_else(|| name(facts.factor.as_deref()?));
    let factor = factor.filter(|_| class == Authentication).map(|factor_type_id| {
        [Factor { factor_type_id, factor_type: (factor_type_id == OTHER).then_some("Recovery Code") }]
    });
    let finding_info = (class == Finding).then(|| FindingInfo {
        uid: event.subject.0,
        title: facts.summary.as_deref().unwrap_or(kind),
        attacks: facts.technique.as_deref().map(|uid| [Attack { technique: Technique { uid } }]),
    });
    json(
        to,
        &Line {
            activity_id: activity,
            activity_name: (activity == OTHER).then_some(kind),
            category_uid: class_uid / 1_000,
            class_uid,
            type_uid: class_uid * 100 + activity,
            severity_id: severity(kind, facts.severity.as_deref()),
            time: at.micros().div_euclid(1_000),
            status_id: Some(status as u32).filter(|id| *id > 0),
            status_detail: facts.reason.as_deref().or(facts.outcome.as_deref()),
            message: facts.summary.as_deref(),
            metadata: Metadata {
                version: VERSION,
                product: PRODUCT,
                uid: event.event_id.0,
                event_code: kind,
                correlation_uid: event.correlation_id,
                sequence: entry.index,
            },
            user,
            service: (class == Authentication).then_some(PRODUCT),
            src_endpoint: facts.address().map(|ip| Endpoint { ip }),
            http_request: facts.user_agent().map(|user_agent| HttpRequest { user_agent }),
            session: facts.session.map(|uid| Named { uid }),
            auth_factors: factor,
            finding_info,
            unmapped: Unmapped {
                stream: entry.stream.as_str(),
                version: entry.version.0,
                schema_version: event.schema_version,
                recorded_at_micros: event.recorded_at.micros(),
                subject: event.subject.0,
                actor: event.actor,
                causation_id: event.causation_id.map(|id| id.0),
                carried: CarriedLine { position, erased, data },
            },
        },
    );
}

fn classify(kind: &str, facts: &Facts<'_>, category: &str) -> (Class, u32, Status) {
    if kind == "password.changed" && facts.change.as_deref() == Some("reset") {
        return (AccountChange, 4, Success);
    }
    if kind == REPORTED {
        let succeeded = facts.outcome.as_deref() == Some("success");
        return (Authentication, 1, if succeeded { Success } else { Failure });
    }
    match CLASSES.binary_search_by_key(&kind, |(kind, ..)| kind).ok().and_then(|at| CLASSES.get(at)) {
        Some((_, class, activity, status)) => (*class, *activity, *status),
        None if category == "account" => (AccountChange, OTHER, Unstated),
        None => (Class::Base, OTHER, Unstated),
    }
}

/// 1 Informational, 2 Low, 3 Medium, 4 High, 5 Critical. An alert says it itself.
fn severity(kind: &str, stated: Option<&str>) -> u32 {
    match (stated, kind) {
        (Some("low"), _) => 2,
        (Some("medium"), _) | (None, "account.locked") => 3,
        (Some("high"), _) | (None, "sign_in.disowned") => 4,
        (Some("critical"), _) => 5,
        _ => 1,
    }
}

#[derive(Deserialize)]
struct Read<'a> {
    #[serde(borrow)]
    unmapped: CarriedLine<'a>,
}

pub(crate) fn read(line: &str) -> Option<Carried<'_>> {
    serde_json::from_str::<Read<'_>>(line).ok().map(|line| line.unmapped.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_its_activities_are_the_schemas() {
        assert!(CLASSES.is_sorted_by_key(|(kind, ..)| *kind));
        for (kind, class, activity, _) in CLASSES {
            let known: &[u32] = match class {
                Finding => &[1, 2, 3],
                AccountChange => &[1, 2, 3, 4, 5, 6, 9, 10, 11, 12],
                Authentication => &[1, 2, 3, 5, 6],
                Class::Base => &[],
            };
            assert!(known.contains(activity), "{kind}");
        }
    }
}
