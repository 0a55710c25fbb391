//! The six digits of a text message: a keyed hash of what the code is for, made when the message is written and once
//! more when somebody types it. Nothing of it is stored, so that whoever reads log or vault learns no code.

use crate::Keyring;
use subtle::ConstantTimeEq;
use watchbook_domain::account::SentCode;
use watchbook_domain::{AccountId, PhoneNumber, SmsCodeId};
use zeroize::Zeroizing;

/// Keeps these hashes apart from all others.
const PURPOSE: &str = "sms_code";

/// Six digits (NIST SP 800-63B-4, 3.1.3.2: at least six).
const MODULUS: u64 = 1_000_000;

/// The code, for the message. Its id is random and sealed, so that nobody without the keyring can compute it.
pub fn sms_code(
    keyring: &Keyring,
    account: AccountId,
    code: SmsCodeId,
    number: &PhoneNumber,
) -> Zeroizing<String> {
    let name = [account.0.as_bytes(), code.0.as_bytes(), number.as_str().as_bytes()].concat();
    let mac = keyring.mac(PURPOSE, &name);
    // 64 bits modulo a million: no digit is likelier than another by more than one in 10^13.
    let bits = mac.iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
    Zeroizing::new(format!("{:06}", bits % MODULUS))
}

/// Whether `typed` is the code that was sent, in constant time; spaces between the digits do not matter.
#[must_use]
pub fn is_sms_code(keyring: &Keyring, account: AccountId, sent: &SentCode, typed: &str) -> bool {
    if typed.len() > 32 {
        return false;
    }
    let typed: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let right = sms_code(keyring, account, sent.id, &sent.number);
    typed.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;
    use watchbook_domain::account::CodeUse;
    use watchbook_domain::{AttemptId, Timestamp};

    fn sent(n: u128) -> SentCode {
        SentCode {
            id: SmsCodeId(Uuid::from_u128(n)),
            number: PhoneNumber::parse("+351912345678").unwrap(),
            good_for: CodeUse::SignIn { attempt: AttemptId(Uuid::nil()) },
            expires_at: Timestamp::from_micros(0),
            wrong: 0,
        }
    }

    #[test]
    fn a_code_is_six_digits_and_bound_to_all_that_it_is_for() {
        let keyring = Keyring::new([1; 32], [2; 32]);
        let (ann, bob) = (AccountId(Uuid::from_u128(1)), AccountId(Uuid::from_u128(2)));
        let code = sms_code(&keyring, ann, sent(1).id, &sent(1).number);
        assert!(code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()));
        assert!(is_sms_code(&keyring, ann, &sent(1), &code));
        assert!(is_sms_code(&keyring, ann, &sent(1), &format!(" {} {}", &code[..3], &code[3..])));
        assert!(!is_sms_code(&keyring, bob, &sent(1), &code));
        assert!(!is_sms_code(&keyring, ann, &sent(2), &code));
        let other = SentCode { number: PhoneNumber::parse("+351912345679").unwrap(), ..sent(1) };
        assert!(!is_sms_code(&keyring, ann, &other, &code));
        assert!(!is_sms_code(&Keyring::new([1; 32], [3; 32]), ann, &sent(1), &code));
        for typed in ["", &code[..5], &format!("{}0", *code), &" ".repeat(40)] {
            assert!(!is_sms_code(&keyring, ann, &sent(1), typed));
        }
    }

    #[test]
    fn codes_spread_over_all_digits() {
        let keyring = Keyring::generate();
        let account = AccountId(Uuid::from_u128(1));
        let codes: std::collections::BTreeSet<_> =
            (0..200).map(|n| sms_code(&keyring, account, sent(n).id, &sent(n).number).to_string()).collect();
        assert!(codes.len() > 190);
        assert!(('0'..='9').all(|digit| codes.iter().any(|code| code.starts_with(digit))));
    }
}
