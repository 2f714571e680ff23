//! Tokens that a server takes: JSON web tokens, signed with an Ed25519 key.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::Engine;
use ring::signature::{Ed25519KeyPair, KeyPair};

/// The bytes before an Ed25519 key in a SubjectPublicKeyInfo.
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[derive(Clone)]
pub struct Tokens {
    /// PEM, for `sqld --auth-jwt-key-file`.
    pub public_key: String,
    pub read_write: String,
    /// Another one.
    pub renewed: String,
    pub read_only: String,
    /// A read-write token that expired an hour ago.
    pub expired: String,
}

impl Tokens {
    pub fn new() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        let key = Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap();
        let public = [&SPKI, key.public_key().as_ref()].concat();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        Self {
            public_key: format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(public)),
            read_write: sign(&key, "rw", now + 3600),
            renewed: sign(&key, "rw", now + 7200),
            read_only: sign(&key, "ro", now + 3600),
            expired: sign(&key, "rw", now - 3600),
        }
    }
}

fn sign(key: &Ed25519KeyPair, access: &str, expires: u64) -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(format!(r#"{{"a":"{access}","exp":{expires}}}"#));
    let content = format!("{header}.{claims}");
    format!("{content}.{}", URL_SAFE_NO_PAD.encode(key.sign(content.as_bytes())))
}
