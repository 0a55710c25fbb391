//! What detectors make of the log, for the live one and for those who try policies on the past.

use crate::notifier::Failure;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::detection::{At, Lookup, Normaliser, Observation};
use watchbook_domain::observed::{Observed, ObservedEvent};
use watchbook_domain::source::{Source, SourceEvent};
use watchbook_domain::{Account, Aggregate as _};
use watchbook_eventlog::RecordedEvent;
use watchbook_eventlog::upcast::decode;

/// Whether anybody hears of an alert. From old records of other systems, detectors only learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Alerts are raised.
    Yes,
    /// They are not.
    No,
}

/// Whether detectors may have a use for it.
pub fn matters(recorded: &RecordedEvent) -> bool {
    [Account::CATEGORY, Source::CATEGORY, Observed::CATEGORY].contains(&recorded.stream.category())
}

/// What a recorded event that [`matters`] amounts to, and whether anybody is to hear of what detectors say to it.
///
/// # Errors
/// When the payload cannot be decoded.
pub fn observation(
    normaliser: &mut Normaliser,
    recorded: &RecordedEvent,
    payload: &[u8],
    lookup: &dyn Lookup,
) -> Result<Option<(Observation, Heard)>, Failure> {
    let RecordedEvent { position, stream, event, .. } = recorded;
    let at = At { position: position.0, time: event.recorded_at };
    if stream.category() == Source::CATEGORY {
        let event: SourceEvent = decode(&event.event_type, event.schema_version, payload)?;
        let seen = normaliser.source_event(stream.key(), &event, at, lookup);
        return Ok(seen.map(|seen| (seen, Heard::Yes)));
    }
    let account = stream.key().parse().map_err(|_| Failure::say("a stream's name holds no account"))?;
    if stream.category() == Observed::CATEGORY {
        let event = decode(&event.event_type, event.schema_version, payload)?;
        let ObservedEvent::SignIn { report } = event else { return Ok(None) };
        let heard = if report.imported { Heard::No } else { Heard::Yes };
        return Ok(Some((Normaliser::report(account, &report, at, lookup), heard)));
    }
    let event: AccountEvent = decode(&event.event_type, event.schema_version, payload)?;
    Ok(normaliser.account_event(account, &event, at, lookup).map(|seen| (seen, Heard::Yes)))
}
