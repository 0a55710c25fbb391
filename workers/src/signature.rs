//! Signatures as Standard Webhooks 1.0 has them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest_tls::{Client, RequestBuilder, Url};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Signs messages to one receiver.
#[derive(Clone)]
pub(crate) struct Signer(Hmac<Sha256>);

impl Signer {
    /// `secret` as Standard Webhooks writes it: `whsec_` and the base64 of 24 to 64 random bytes. `None` when it is
    /// something else.
    pub(crate) fn new(secret: &str) -> Option<Self> {
        let key = Zeroizing::new(STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?);
        if !(24..=64).contains(&key.len()) {
            return None;
        }
        Hmac::<Sha256>::new_from_slice(&key).ok().map(Self)
    }

    /// The signed message to `url`: `body` is JSON, `id` is the same for every try, `seconds` are Unix time.
    pub(crate) fn post(
        &self,
        client: &Client,
        url: &Url,
        id: &str,
        seconds: i64,
        body: Vec<u8>,
    ) -> RequestBuilder {
        client
            .post(url.clone())
            .header("content-type", "application/json")
            .header("webhook-signature", self.sign(id, seconds, &body))
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .body(body)
    }

    /// The header `webhook-signature`: HMAC-SHA-256 over id, Unix seconds and body, joined by dots.
    fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_signature_is_as_specified() {
        let signer = Signer::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature =
            signer.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for wrong in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_c2hvcnQ=", "whsec_!"] {
            assert!(Signer::new(wrong).is_none());
        }
    }
}
