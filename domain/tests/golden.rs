//! What was written once must be read for ever: one payload of every event type and schema version. A changed
//! payload gets a new schema version, a new file here, and an upcaster; these files never change.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must fail")]

use watchbook_domain::Event;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::alert::AlertEvent;
use watchbook_domain::captcha::CaptchaEvent;
use watchbook_domain::claim::ClaimEvent;
use watchbook_domain::erasure::ErasureEvent;
use watchbook_domain::export::ExportEvent;
use watchbook_domain::incident::IncidentEvent;
use watchbook_domain::installation::InstallationEvent;
use watchbook_domain::notification::NotificationEvent;
use watchbook_domain::observed::ObservedEvent;
use watchbook_domain::operator::OperatorEvent;
use watchbook_domain::recovery_case::{RecoveryBudgetEvent, RecoveryEvent};
use watchbook_domain::response_brake::BrakeEvent;
use watchbook_domain::service_key::ServiceKeyEvent;
use watchbook_domain::sms_budget::SmsBudgetEvent;
use watchbook_domain::source::SourceEvent;
use watchbook_domain::webhook::WebhookEvent;

/// Payloads by schema version, from 1.
const GOLDEN: [&str; 2] = [include_str!("golden/v1.jsonl"), include_str!("golden/v2.jsonl")];

/// Decodes every current line of this stream's types, and counts those and the ones before them: that these are upcast
/// is tested where the steps are (eventlog/src/upcast.rs).
fn decode<E: Event>(seen: &mut usize) {
    for (event_type, schema) in E::TYPES {
        let tag = format!("{{\"type\":\"{event_type}\"");
        let lines: Vec<_> = GOLDEN[..usize::from(*schema)]
            .iter()
            .map(|golden| golden.lines().find(|line| line.starts_with(&tag)))
            .collect();
        let Some(Some(line)) = lines.last() else {
            panic!("no golden payload of {event_type} at schema version {schema}");
        };
        *seen += lines[..lines.len() - 1].iter().flatten().count();
        let event: E = serde_json::from_str(line).unwrap();
        assert_eq!(event.event_type(), *event_type);
        let again: serde_json::Value = serde_json::to_value(&event).unwrap();
        assert_eq!(again, serde_json::from_str::<serde_json::Value>(line).unwrap());
        *seen += 1;
    }
}

#[test]
fn every_payload_ever_written_decodes() {
    let mut seen = 0;
    decode::<AccountEvent>(&mut seen);
    decode::<CaptchaEvent>(&mut seen);
    decode::<ClaimEvent>(&mut seen);
    decode::<SourceEvent>(&mut seen);
    decode::<ErasureEvent>(&mut seen);
    decode::<ExportEvent>(&mut seen);
    decode::<NotificationEvent>(&mut seen);
    decode::<ServiceKeyEvent>(&mut seen);
    decode::<OperatorEvent>(&mut seen);
    decode::<IncidentEvent>(&mut seen);
    decode::<InstallationEvent>(&mut seen);
    decode::<SmsBudgetEvent>(&mut seen);
    decode::<AlertEvent>(&mut seen);
    decode::<RecoveryEvent>(&mut seen);
    decode::<RecoveryBudgetEvent>(&mut seen);
    decode::<BrakeEvent>(&mut seen);
    decode::<ObservedEvent>(&mut seen);
    decode::<WebhookEvent>(&mut seen);
    assert_eq!(
        seen,
        GOLDEN.iter().map(|golden| golden.lines().count()).sum::<usize>(),
        "a golden payload that no event reads"
    );
}
