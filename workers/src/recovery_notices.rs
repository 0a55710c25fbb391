//! Which messages a recovery case calls for, and to whom.

use chrono::TimeDelta;
use watchbook_domain::account::{AccountEvent, PendingRecovery};
use watchbook_domain::notice::{Notice, RecoveryNotice};
use watchbook_domain::notification::{LinkPurpose, Message, NoticeLink, Recipient};
use watchbook_domain::recovery_case::{Author, CaseStage, RecoveryCase, RecoveryEvent};
use watchbook_domain::{Account, AccountId, RecoveryCaseId, Timestamp};

/// A message, named apart from others that the same event calls for.
pub(crate) struct Outgoing {
    pub(crate) name: &'static str,
    pub(crate) message: Message,
}

/// To the contact address, because of an event of the case. Sealed with the case's key, and gone with it.
pub(crate) fn of_case(
    event: &RecoveryEvent,
    at: Timestamp,
    id: RecoveryCaseId,
    case: &RecoveryCase,
) -> Option<Outgoing> {
    let (notice, link) = match event {
        RecoveryEvent::Requested { link, link_expires_at, .. } => {
            let purpose = LinkPurpose::ProveContact;
            let link = NoticeLink { purpose, id: *link, expires_at: *link_expires_at };
            (RecoveryNotice::ProveContact { hours: hours(link_expires_at.since(at)) }, Some(link))
        }
        RecoveryEvent::MessageSent { from: Author::Operator(_), .. } => (RecoveryNotice::Message, None),
        RecoveryEvent::Rejected { reason, .. } => {
            (RecoveryNotice::Rejected { reason: reason.clone(), appeal: !case.appealed }, None)
        }
        RecoveryEvent::CoolingOffStarted { executes_at, .. } if case.stage == CaseStage::CoolingOff => {
            (RecoveryNotice::Approved { until: *executes_at }, None)
        }
        RecoveryEvent::Stopped { .. } => (RecoveryNotice::Stopped, None),
        RecoveryEvent::Lapsed => (RecoveryNotice::Lapsed, None),
        _ => return None,
    };
    let recipient = Recipient::Mail(case.contact.clone()?);
    let message = Message { account: AccountId(id.0), recipient, notice: Notice::Recovery(notice), link };
    Some(Outgoing { name: "recovery:contact", message })
}

/// Because of an event of the account: to every channel that it has or had, and to the contact address.
pub(crate) fn of_account(
    event: &AccountEvent,
    at: Timestamp,
    id: AccountId,
    account: &Account,
) -> Vec<Outgoing> {
    let message = |name, recipient, notice, link| Outgoing {
        name,
        message: Message { account: id, recipient, notice: Notice::Recovery(notice), link },
    };
    match event {
        AccountEvent::SupportRecoveryStarted { case, executes_at } => {
            let purpose = LinkPurpose::StopRecovery;
            let link =
                NoticeLink { purpose, id: PendingRecovery::stop_link(*case), expires_at: *executes_at };
            let warning = RecoveryNotice::Warning { at, until: *executes_at };
            let mail = account.email.clone().map(Recipient::Mail);
            let phone = account.phone_number().map(|phone| Recipient::Sms { phone: phone.clone() });
            let mail = mail.map(|to| message("recovery:mail", to, warning.clone(), Some(link)));
            let sms = phone.map(|to| message("recovery:sms", to, warning.clone(), Some(link)));
            mail.into_iter().chain(sms).collect()
        }
        AccountEvent::Recovered { contact, former_email, former_number, link, link_expires_at, .. } => {
            let purpose = LinkPurpose::ResetPassword;
            let link = NoticeLink { purpose, id: *link, expires_at: *link_expires_at };
            let given = RecoveryNotice::HandedOver { hours: hours(link_expires_at.since(at)) };
            let new = message("recovery:contact", Recipient::Mail(contact.clone()), given, Some(link));
            let lost = RecoveryNotice::Lost { at };
            let mail = former_email.clone().filter(|former| former != contact).map(Recipient::Mail);
            let phone = former_number.clone().map(|phone| Recipient::Sms { phone });
            let mail = mail.map(|to| message("recovery:mail", to, lost.clone(), None));
            let sms = phone.map(|to| message("recovery:sms", to, lost.clone(), None));
            [new].into_iter().chain(mail).chain(sms).collect()
        }
        _ => vec![],
    }
}

fn hours(life: TimeDelta) -> u32 {
    u32::try_from(life.num_hours()).unwrap_or(0)
}
