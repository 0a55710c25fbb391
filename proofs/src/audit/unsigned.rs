//! Events that no head covers yet: their seals tell whether somebody with the keys wrote them.

use super::{Audit, AuditError, Fault, MOST, Report, Tampering};
use watchbook_eventlog::{Opened, RecordedEvent};

impl Audit<'_> {
    /// Counts what can be said of the seals of `events`, from number `first` on, and names the first that is of nobody
    /// who has the keys. Nothing can be said of an erased subject's.
    pub(super) async fn check_seals(
        &self,
        first: u64,
        events: &[RecordedEvent],
        report: &mut Report,
    ) -> Result<(), AuditError> {
        let Some(sealer) = self.sealer else { return Ok(()) };
        match sealer.open_page(events).await {
            Ok(opened) => {
                let sealed = opened.iter().filter(|opened| matches!(opened, Opened::Payload(_))).count();
                report.sealed += sealed as u64;
                report.unchecked += (opened.len() - sealed) as u64;
                return Ok(());
            }
            Err(error) if error.is_unavailable() => return Err(error.into()),
            // One of them: which, is found out one by one.
            Err(_) => {}
        }
        for (event, index) in events.iter().zip(first..) {
            match self.seal_fits(event).await? {
                Some(true) => report.sealed += 1,
                None => report.unchecked += 1,
                Some(false) => {
                    let position = Some(event.position);
                    let what = Tampering::AppendedOutOfBand;
                    report.faults.push(Fault::Tampered { index, position, what, head: None });
                }
            }
        }
        report.faults.truncate(MOST);
        Ok(())
    }

    /// `None` when that cannot be seen.
    pub(super) async fn seal_fits(&self, event: &RecordedEvent) -> Result<Option<bool>, AuditError> {
        let Some(sealer) = self.sealer else { return Ok(None) };
        match sealer.open_event(event).await {
            Ok(Opened::Payload(_)) => Ok(Some(true)),
            Ok(Opened::Erased) => Ok(None),
            Err(error) if error.is_unavailable() => Err(error.into()),
            Err(_) => Ok(Some(false)),
        }
    }
}
