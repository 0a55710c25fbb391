//! Every path against RFC 9106 and against the `argon2` crate.

use argon2::{Algorithm, Argon2, AssociatedData, Params, ParamsBuilder, Version};
use proptest::prelude::*;

use super::fill::{fill, fill_avx2, fill_portable};
use super::*;

type Fill = fn(&mut [Block], Parameters);

/// The path this processor is given, and the lesser ones.
const PATHS: [(&str, Fill); 3] = [("best", fill), ("avx2", fill_avx2), ("portable", fill_portable)];

fn ours(parameters: Parameters, inputs: Inputs<'_>) -> [u8; 32] {
    // Leftovers in the memory must not matter.
    let mut memory = vec![[[0xa5; 8]; 16]; parameters.blocks()];
    let tags = PATHS.map(|(name, fill)| {
        let mut tag = [0; 32];
        hash_by(fill, parameters, inputs, &mut memory, &mut tag);
        (name, tag)
    });
    for (name, tag) in tags {
        assert_eq!(tag, tags[0].1, "{name} differs at {parameters:?}");
    }
    tags[0].1
}

fn theirs(parameters: Parameters, inputs: Inputs<'_>) -> [u8; 32] {
    let (m, t, p) = (parameters.memory_kib(), parameters.iterations(), parameters.lanes());
    let params = ParamsBuilder::new()
        .m_cost(m)
        .t_cost(t)
        .p_cost(p)
        .output_len(32)
        .data(AssociatedData::new(inputs.associated).unwrap())
        .build()
        .unwrap();
    let argon2 = Argon2::new_with_secret(inputs.secret, Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(inputs.password, inputs.salt, &mut tag).unwrap();
    tag
}

/// RFC 9106, section 5.3.
#[test]
fn rfc_9106_vector() {
    let inputs = Inputs { password: &[1; 32], salt: &[2; 16], secret: &[3; 8], associated: &[4; 12] };
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0,
        0x1e, 0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    let parameters = Parameters::new(32, 3, 4).unwrap();
    assert_eq!(ours(parameters, inputs), expected);
    assert_eq!(theirs(parameters, inputs), expected);
}

#[test]
fn same_as_the_argon2_crate_for_chosen_parameters() {
    let costs = [
        (8, 1, 1),
        (8, 4, 1),
        (9, 2, 1),
        (15, 3, 1),
        (16, 1, 2),
        (37, 2, 1),
        (64, 2, 3),
        (512, 2, 1),
        (520, 1, 1),
        (1023, 2, 2),
        (2051, 3, 4),
        (19_456, 2, 1),
        (65_536, 1, 1),
    ];
    for (m, t, p) in costs {
        let parameters = Parameters::new(m, t, p).unwrap();
        let inputs = Inputs { password: b"a key", salt: &[7; 16], secret: b"", associated: b"" };
        assert_eq!(ours(parameters, inputs), theirs(parameters, inputs), "m={m} t={t} p={p}");
    }
}

#[test]
fn same_costs_are_refused_as_by_the_argon2_crate() {
    for m in 0..70 {
        for t in 0..3 {
            for p in 0..9 {
                let theirs = Params::new(m, t, p, Some(32)).is_ok();
                assert_eq!(Parameters::new(m, t, p).is_ok(), theirs, "m={m} t={t} p={p}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn same_as_the_argon2_crate(
        lanes in 1_u32..=4,
        memory in 0_u32..700,
        iterations in 1_u32..=4,
        password in prop::collection::vec(any::<u8>(), 0..300),
        salt in prop::collection::vec(any::<u8>(), 8..64),
        secret in prop::collection::vec(any::<u8>(), 0..40),
        associated in prop::collection::vec(any::<u8>(), 0..32),
    ) {
        let parameters = Parameters::new(8 * lanes + memory, iterations, lanes).unwrap();
        let inputs = Inputs {
            password: &password,
            salt: &salt,
            secret: &secret,
            associated: &associated,
        };
        prop_assert_eq!(ours(parameters, inputs), theirs(parameters, inputs));
    }
}
