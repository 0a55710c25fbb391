//! Messages about a recovery of the second factor, to every address that the owner has proved.

use crate::contact_notices::{Addressed, mail};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::notice::{Notice, RecoveryStep};
use watchbook_domain::notification::{LinkPurpose, NoticeLink};
use watchbook_domain::{Account, LinkId, Timestamp};

/// The messages that an event calls for. `account` is as it is now.
pub(crate) fn messages(event: &AccountEvent, at: Timestamp, account: &Account) -> Vec<Addressed> {
    let notice = |step| Notice::FactorRecovery { at, step };
    let link = |purpose, id: LinkId, expires_at| Some(NoticeLink { purpose, id, expires_at });
    let recovery = account.contacts.recovery_email.as_ref().map(|recovery| &recovery.email);
    let addresses = || account.email.iter().zip([Some("email")]).chain(recovery.zip(Some(Some("recovery"))));
    let both = |step, carried: Option<NoticeLink>| {
        addresses().map(move |(to, copy)| Addressed { copy, ..mail(to, notice(step), carried) })
    };
    match event {
        AccountEvent::FactorRecoveryRequested { email, recovery_email, stop, expires_at, .. } => {
            // A recovery address that does not count yet is told, and proves nothing.
            let usable = account.contacts.recovery_email.as_ref().is_some_and(|known| known.usable_at <= at);
            let proofs = addresses().zip([(*email, "prove-email"), (*recovery_email, "prove-recovery")]);
            let proofs = proofs.filter(|(_, (_, copy))| usable || *copy == "prove-email");
            let proofs = proofs.map(|((to, _), (id, copy))| {
                let link = link(LinkPurpose::FactorRecoveryProof, id, *expires_at);
                Addressed { copy: Some(copy), ..mail(to, notice(RecoveryStep::Prove), link) }
            });
            let stop = link(LinkPurpose::FactorRecoveryStop, *stop, *expires_at);
            proofs.chain(both(RecoveryStep::Requested, stop)).collect()
        }
        AccountEvent::FactorRecoveryScheduled { link: complete, completes_at, expires_at } => {
            let pending = account.factor_recovery.pending.as_ref();
            let Some(stop) = pending.map(|pending| pending.stop) else { return vec![] };
            let stop = link(LinkPurpose::FactorRecoveryStop, stop, *expires_at);
            let complete = link(LinkPurpose::FactorRecoveryComplete, *complete, *expires_at);
            let step = RecoveryStep::Complete { from: *completes_at };
            let way = account.email.iter().map(|to| mail(to, notice(step), complete));
            way.chain(both(RecoveryStep::Scheduled { until: *completes_at }, stop)).collect()
        }
        AccountEvent::FactorRecoveryStopped { .. } => both(RecoveryStep::Stopped, None).collect(),
        AccountEvent::FactorRecoveryCompleted { .. } => both(RecoveryStep::Completed, None).collect(),
        _ => vec![],
    }
}
