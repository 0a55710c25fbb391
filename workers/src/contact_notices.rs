//! Messages that do not go to the account's address, or not to it alone.

use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::notice::{Contact, ContactChange, Notice};
use watchbook_domain::notification::{LinkPurpose, NoticeLink, Recipient};
use watchbook_domain::policy::seconds;
use watchbook_domain::{Account, ClientContext, Email, EventId, LinkId, Policy, Timestamp};

/// A message and where it goes.
pub(crate) struct Addressed {
    /// Its name, when the same event calls for another one too.
    pub(crate) copy: Option<&'static str>,
    pub(crate) recipient: Recipient,
    pub(crate) notice: Notice,
    pub(crate) link: Option<NoticeLink>,
}

pub(crate) fn mail(to: &Email, notice: Notice, link: Option<NoticeLink>) -> Addressed {
    Addressed { copy: None, recipient: Recipient::Mail(to.clone()), notice, link }
}

/// The messages about addresses that an event calls for. `account` is as it is now.
pub(crate) fn messages(
    event: &AccountEvent,
    id: EventId,
    at: Timestamp,
    account: &Account,
    policy: &Policy,
) -> Vec<Addressed> {
    let contacts = &account.contacts;
    let link = |purpose, id: LinkId, expires_at| Some(NoticeLink { purpose, id, expires_at });
    let prove = |contact, purpose, email: &Email, id: LinkId, expires_at: Timestamp| {
        let hours = u32::try_from(expires_at.since(at).num_hours()).unwrap_or(0);
        vec![mail(email, Notice::ProveAddress { hours, contact }, link(purpose, id, expires_at))]
    };
    let changed = |change, email: &Email| Notice::ContactChanged { at, change, masked: email.masked() };
    let told_with_disown = |change, email: &Email| {
        let disown = LinkId(Uuid::new_v5(&id.0, b"disown"));
        let disown = link(LinkPurpose::Disown, disown, at + seconds(policy.disown_link_seconds));
        let own = account.email.iter();
        own.map(|to| mail(to, changed(change, email), disown)).collect()
    };
    match event {
        AccountEvent::EmailChangeRequested { taken: false, link, email, expires_at, .. } => {
            prove(Contact::Email, LinkPurpose::ChangeEmail, email, *link, *expires_at)
        }
        AccountEvent::RecoveryEmailRequested { link, email, expires_at, .. } => {
            prove(Contact::RecoveryEmail, LinkPurpose::RecoveryEmail, email, *link, *expires_at)
        }
        AccountEvent::EmailWantedElsewhere { email, .. } => {
            vec![mail(email, Notice::AddressWantedElsewhere { at }, None)]
        }
        AccountEvent::EmailChanged { email, previous, undo, undo_until, .. } => {
            let notice = changed(ContactChange::EmailChanged, email);
            let copy = copy(event, account, &notice);
            let undo = link(LinkPurpose::UndoEmailChange, *undo, *undo_until);
            [mail(previous, notice, undo)].into_iter().chain(copy).collect()
        }
        AccountEvent::EmailChangeUndone { email, .. } => {
            vec![mail(email, changed(ContactChange::EmailRestored, email), None)]
        }
        AccountEvent::RecoveryEmailVerified { email, .. } => {
            told_with_disown(ContactChange::RecoveryEmailSet, email)
        }
        AccountEvent::RecoveryEmailRemoved { email } => {
            told_with_disown(ContactChange::RecoveryEmailRemoved, email)
        }
        AccountEvent::PasswordResetRequested { link: id, expires_at, context } => {
            let Some(held) = contacts.reset_address(at) else { return vec![] };
            let minutes = u32::try_from(expires_at.since(at).num_minutes()).unwrap_or(0);
            let ClientContext { device, place, .. } = context.clone();
            let notice = Notice::ResetPassword { minutes, at, device, place };
            let first = mail(held, notice, link(LinkPurpose::ResetPassword, *id, *expires_at));
            let own = account
                .email
                .iter()
                .map(|own| Addressed { copy: Some("held"), ..mail(own, Notice::ResetHeld { at }, None) });
            [first].into_iter().chain(own).collect()
        }
        _ => vec![],
    }
}

/// What the recovery address is told too. Without links: whoever reads there is not thereby the owner.
pub(crate) fn copy(event: &AccountEvent, account: &Account, notice: &Notice) -> Option<Addressed> {
    let matters = matches!(
        event,
        AccountEvent::PasswordChanged { .. }
            | AccountEvent::TotpEnrolled { .. }
            | AccountEvent::TotpRemoved { .. }
            | AccountEvent::PasskeyEnrolled { .. }
            | AccountEvent::PasskeyRemoved { .. }
            | AccountEvent::SmsEnrolled { .. }
            | AccountEvent::SmsRemoved
            | AccountEvent::EmailChanged { .. }
            | AccountEvent::Locked { .. }
    );
    let recovery = account.contacts.recovery_email.as_ref().filter(|_| matters)?;
    Some(Addressed { copy: Some("recovery"), ..mail(&recovery.email, notice.clone(), None) })
}
