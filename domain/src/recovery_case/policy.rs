//! Thresholds of recovery cases.

use serde::Deserialize;

/// How long cases take, how much they may hold, how many there may be.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecoveryPolicy {
    /// Seconds between the second approval and the hand-over, in which every old channel can stop it. Default
    /// 259,200 (72 h).
    pub cooling_off_seconds: u32,
    /// Seconds the link works that proves the contact address. Default 86,400.
    pub contact_link_seconds: u32,
    /// Seconds the link works that sets the new password (NIST SP 800-63B-4, 4.2.1.2: at most 24 h by e-mail). Default
    /// 86,400.
    pub password_link_seconds: u32,
    /// Days after a case was closed at which its key and documents are destroyed. Default 30.
    pub retention_days: u32,
    /// Days without any event after which a case is closed that nobody has decided. Default 30.
    pub undecided_days: u32,
    /// Days after which a case is destroyed whose contact address was never proved. Default 7.
    pub unproved_days: u32,
    /// Most bytes of a document. Default 8,388,608 (8 MiB).
    pub document_bytes: u64,
    /// Most documents of a case. Default 10.
    pub documents: u32,
    /// Most messages that the person may write in a case. Default 50.
    pub messages: u32,
    /// Cases that one source (an IPv4 address or an IPv6 /64) may open in a day. Default 5.
    pub cases_per_source: u32,
    /// Cases that may be opened in a day with the same contact address. Default 3.
    pub cases_per_contact: u32,
}

impl Default for RecoveryPolicy {
    fn default() -> Self {
        Self {
            cooling_off_seconds: 259_200,
            contact_link_seconds: 86_400,
            password_link_seconds: 86_400,
            retention_days: 30,
            undecided_days: 30,
            unproved_days: 7,
            document_bytes: 8 * 1024 * 1024,
            documents: 10,
            messages: 50,
            cases_per_source: 5,
            cases_per_contact: 3,
        }
    }
}
