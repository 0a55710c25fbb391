//! Password hashing on one thread, against the `argon2` crate as everybody builds it.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use watchbook_password::{Argon2id, ParameterBounds, Parameters, Password};

use crate::measure::{Goal, Line, alternate, per_second};

const PEPPER: [u8; 32] = [7; 32];
const PASSWORD: &str = "correct horse battery staple";
const HASHES: usize = 60;

pub(crate) fn measure() -> Vec<Line> {
    let ours = argon2id();
    let mut reference = Reference::new(ours.policy());
    for n in 0..4 {
        let hashed = ours.hash(&password(), salt(n)).unwrap();
        let tag = STANDARD_NO_PAD.encode(reference.hash(salt(n)));
        assert_eq!(hashed.as_str().rsplit('$').next(), Some(tag.as_str()), "both compute the same function");
    }
    let mut hash = || per_second(HASHES, || each(|n| drop(ours.hash(&password(), salt(n)).unwrap())));
    let mut hash_bare = || per_second(HASHES, || each(|n| assert_ne!(reference.hash(salt(n)), [0; 32])));
    let measured = alternate(5, [&mut hash, &mut hash_bare]);
    vec![Line::ratio("argon2id (hashes/s on one thread)", measured, Goal::AtLeast(1.6))]
}

fn each(hash: impl FnMut(usize)) {
    (0..HASHES).for_each(hash);
}

/// As a server sets it up, with its default costs.
pub(crate) fn argon2id() -> Argon2id {
    Argon2id::new(Parameters::default(), ParameterBounds::default(), &PEPPER).unwrap()
}

pub(crate) fn password() -> Password {
    Password::new(PASSWORD.to_owned()).unwrap()
}

pub(crate) fn salt(n: usize) -> [u8; 16] {
    (n as u128).to_be_bytes()
}

/// The crate, with its memory kept from one hash to the next: as fast as it goes.
struct Reference {
    argon2: Argon2<'static>,
    memory: Vec<Block>,
}

impl Reference {
    fn new(costs: Parameters) -> Self {
        let params = Params::new(costs.memory_kib(), costs.iterations(), costs.lanes(), Some(32)).unwrap();
        let memory = vec![Block::default(); params.block_count()];
        Self { argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params), memory }
    }

    fn hash(&mut self, salt: [u8; 16]) -> [u8; 32] {
        let mut keyed = Hmac::<Sha256>::new_from_slice(&PEPPER).unwrap();
        keyed.update(PASSWORD.as_bytes());
        let keyed = keyed.finalize().into_bytes();
        let mut tag = [0; 32];
        self.argon2.hash_password_into_with_memory(&keyed, &salt, &mut tag, &mut self.memory).unwrap();
        tag
    }
}
