//! The token in a mailed link: a signature over what the link is for, made when the mail is rendered and
//! checked when the link is followed. Nothing of it is stored.

use crate::Keyring;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;
use watchbook_domain::notification::LinkPurpose;
use watchbook_domain::{AccountId, LinkId, Timestamp};

/// A link that somebody followed, its signature right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it opens.
    pub purpose: LinkPurpose,
    /// Whose it is.
    pub account: AccountId,
    /// The link.
    pub id: LinkId,
    /// It works until then.
    pub expires_at: Timestamp,
}

impl Link {
    /// The token: 96 characters of URL-safe base64.
    pub fn token(&self, keyring: &Keyring) -> String {
        let name = self.name();
        let mac = keyring.mac(&purpose(self.purpose), &name);
        URL_SAFE_NO_PAD.encode([&name[..], &mac[..]].concat())
    }

    /// The link behind a token; `None` when it is malformed or we did not sign it for this purpose. Whether
    /// it still works is for the account to decide.
    pub fn open(keyring: &Keyring, link_purpose: LinkPurpose, token: &str) -> Option<Self> {
        if token.len() > 128 {
            return None;
        }
        let bytes: [u8; 72] = URL_SAFE_NO_PAD.decode(token).ok()?.try_into().ok()?;
        let (name, mac) = bytes.split_at(40);
        if !keyring.verify_mac(&purpose(link_purpose), name, mac) {
            return None;
        }
        let (ids, expires) = name.split_at(32);
        let (account, id) = ids.split_at(16);
        Some(Self {
            purpose: link_purpose,
            account: AccountId(Uuid::from_slice(account).ok()?),
            id: LinkId(Uuid::from_slice(id).ok()?),
            expires_at: Timestamp::from_micros(i64::from_be_bytes(expires.try_into().ok()?)),
        })
    }

    fn name(&self) -> [u8; 40] {
        let mut name = [0; 40];
        name[..16].copy_from_slice(self.account.0.as_bytes());
        name[16..32].copy_from_slice(self.id.0.as_bytes());
        name[32..].copy_from_slice(&self.expires_at.micros().to_be_bytes());
        name
    }
}

fn purpose(purpose: LinkPurpose) -> String {
    format!("link.{}", purpose.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_28_a_token_is_bound_to_its_account_purpose_and_time() {
        let keyring = Keyring::generate();
        let link = Link {
            purpose: LinkPurpose::ResetPassword,
            account: AccountId(Uuid::from_u128(1)),
            id: LinkId(Uuid::from_u128(2)),
            expires_at: Timestamp::from_micros(3),
        };
        let token = link.token(&keyring);
        assert_eq!(Link::open(&keyring, LinkPurpose::ResetPassword, &token), Some(link));
        assert_eq!(Link::open(&keyring, LinkPurpose::Disown, &token), None);
        for position in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[position] = if forged[position] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(Link::open(&keyring, LinkPurpose::ResetPassword, &forged), None);
        }
        for bad in ["", "a", &token[1..], &"A".repeat(4_000)] {
            assert_eq!(Link::open(&keyring, LinkPurpose::ResetPassword, bad), None);
        }
    }
}
