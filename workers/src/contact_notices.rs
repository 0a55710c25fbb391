//! Messages that do not go to the account's address, or not to it alone.

use uuid::Uuid;
use watchbook_domain::account::AccountEvent;
use watchbook_domain::detection::Action;
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
        // The way back goes to the address before, as long as links do: whoever moved the account may read the new one.
        AccountEvent::DetectionResponded { action: Action::Lock, lock: Some(cause), .. } => {
            let Some(held) = contacts.reset_address(at) else { return vec![] };
            let notice = Notice::LockedByAlert { at, cause: *cause };
            let own = account.email.iter();
            let own = own.map(|own| Addressed { copy: Some("own"), ..mail(own, notice.clone(), None) });
            let copy = copy(event, account, &notice);
            [mail(held, notice.clone(), None)].into_iter().chain(own).chain(copy).collect()
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
            | AccountEvent::DetectionResponded { action: Action::Lock, .. }
    );
    let recovery = account.contacts.recovery_email.as_ref().filter(|_| matters)?;
    Some(Addressed { copy: Some("recovery"), ..mail(&recovery.email, notice.clone(), None) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notices::TYPES;
    use watchbook_domain::aggregate::Aggregate;
    use watchbook_domain::{CredentialId, Event, SessionId, UserNumber};

    const T: Timestamp = Timestamp::from_micros(1_000_000);

    fn email(name: &str) -> Email {
        Email::parse(&format!("{name}@example.com")).unwrap()
    }

    fn account(events: &[AccountEvent]) -> Account {
        let mut account = Account::default();
        let registered = AccountEvent::Registered {
            account: watchbook_domain::AccountId(Uuid::from_u128(1)),
            email: email("old"),
            number: UserNumber::from_random(7),
            password: CredentialId(Uuid::nil()),
            context: ClientContext::default(),
        };
        for event in std::iter::once(&registered).chain(events) {
            account.evolve(event, T);
        }
        account
    }

    fn told(event: &AccountEvent, account: &Account) -> Vec<(String, &'static str, Option<LinkPurpose>)> {
        assert!(TYPES.contains(&event.event_type()), "{} is passed over", event.event_type());
        let messages = messages(event, EventId(Uuid::from_u128(1)), T, account, &Policy::default());
        let to = |recipient: &Recipient| match recipient {
            Recipient::Mail(email) => email.as_str().to_owned(),
            Recipient::Sms { .. } => String::new(),
        };
        let told = |m: &Addressed| (to(&m.recipient), m.notice.kind(), m.link.map(|link| link.purpose));
        messages.iter().map(told).collect()
    }

    fn changed() -> AccountEvent {
        AccountEvent::EmailChanged {
            link: LinkId(Uuid::nil()),
            email: email("new"),
            previous: email("old"),
            undo: LinkId(Uuid::nil()),
            undo_until: T + seconds(604_800),
            held_until: T + seconds(259_200),
        }
    }

    #[test]
    fn each_address_is_told_what_it_is_to_know() {
        let link = LinkId(Uuid::nil());
        let recovery = AccountEvent::RecoveryEmailVerified { link, email: email("second"), usable_at: T };
        let account = account(&[recovery.clone(), changed()]);
        let (new, old, second) = ("new@example.com", "old@example.com", "second@example.com");
        let undo = Some(LinkPurpose::UndoEmailChange);
        assert_eq!(
            told(&changed(), &account),
            [(old.into(), "contact_changed", undo), (second.into(), "contact_changed", None)]
        );
        assert_eq!(told(&recovery, &account), [(new.into(), "contact_changed", Some(LinkPurpose::Disown))]);
        let (context, expires_at) = (ClientContext::default(), T + seconds(3_600));
        let reset = AccountEvent::PasswordResetRequested { link, expires_at, context };
        let purpose = Some(LinkPurpose::ResetPassword);
        assert_eq!(
            told(&reset, &account),
            [(old.into(), "reset_password", purpose), (new.into(), "reset_held", None)]
        );
    }

    #[test]
    fn no_link_goes_to_an_address_that_somebody_else_has() {
        let request = |taken| AccountEvent::EmailChangeRequested {
            session: SessionId(Uuid::nil()),
            link: LinkId(Uuid::nil()),
            email: email("new"),
            taken,
            expires_at: T + seconds(86_400),
        };
        let account = account(&[]);
        assert_eq!(told(&request(true), &account), []);
        let purpose = Some(LinkPurpose::ChangeEmail);
        assert_eq!(told(&request(false), &account), [("new@example.com".into(), "prove_address", purpose)]);
    }
}
