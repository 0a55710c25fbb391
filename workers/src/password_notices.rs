//! The mail that a void password calls for.

use crate::contact_notices::{Addressed, mail};
use watchbook_domain::account::AccountEvent;
use watchbook_domain::notice::Notice;
use watchbook_domain::notification::{LinkPurpose, NoticeLink};
use watchbook_domain::{Account, Timestamp};

/// The messages that an event calls for. The link goes where links that set a password go: to the address before, a
/// short while after a change. `account` is as it is now.
pub(crate) fn messages(event: &AccountEvent, at: Timestamp, account: &Account) -> Vec<Addressed> {
    let AccountEvent::PasswordChangeRequired { reason, note: _, link, expires_at } = event else {
        return vec![];
    };
    let hours = u32::try_from(expires_at.since(at).num_hours()).unwrap_or(0);
    let notice = Notice::PasswordChangeRequired { at, reason: *reason, hours };
    let link = NoticeLink { purpose: LinkPurpose::ResetPassword, id: *link, expires_at: *expires_at };
    let to = account.contacts.reset_address(at).or(account.email.as_ref());
    to.map(|to| mail(to, notice, Some(link))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use watchbook_domain::account::ChangeReason;
    use watchbook_domain::notification::Recipient;
    use watchbook_domain::{Aggregate, ClientContext, CredentialId, Email, Event, LinkId, UserNumber};

    #[test]
    fn the_link_goes_to_the_address_before_as_long_as_links_do() {
        let (t, later) = (Timestamp::from_micros(0), Timestamp::from_micros(86_400_000_000));
        let (old, new) = (Email::parse("old@example.com").unwrap(), Email::parse("new@example.com").unwrap());
        let link = LinkId(Uuid::nil());
        let mut account = Account::default();
        let registered = AccountEvent::Registered {
            account: watchbook_domain::AccountId(Uuid::from_u128(1)),
            email: old.clone(),
            number: UserNumber::from_random(7),
            password: CredentialId(Uuid::nil()),
            context: ClientContext::default(),
        };
        let changed = AccountEvent::EmailChanged {
            link,
            email: new.clone(),
            previous: old.clone(),
            undo: link,
            undo_until: later,
            held_until: later,
        };
        for event in [&registered, &changed] {
            account.evolve(event, t);
        }
        let reason = ChangeReason::Compromised;
        let expires_at = later + chrono::TimeDelta::hours(24);
        let required = AccountEvent::PasswordChangeRequired { reason, note: None, link, expires_at };
        assert!(crate::notices::TYPES.contains(&required.event_type()));
        for (at, to) in [(t, &old), (later, &new)] {
            let messages = messages(&required, at, &account);
            let [message] = &messages[..] else { panic!("one mail") };
            assert_eq!(message.recipient, Recipient::Mail(to.clone()));
            assert_eq!(message.link.map(|link| link.purpose), Some(LinkPurpose::ResetPassword));
        }
    }
}
