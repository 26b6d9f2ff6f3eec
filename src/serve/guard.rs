//! Who may ask: the token, and the name under which the server was called.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No `Authorization: Bearer …`.
    NoToken,
    /// Another token.
    WrongToken,
    /// Called by a name that is none of ours: a page in a browser may have been led here.
    WrongHost,
}

/// Checks requests before anything else looks at them.
#[derive(Debug)]
pub struct Guard {
    token: Option<SecretString>,
    hosts: Vec<String>,
}

impl Guard {
    /// A guard that asks for `token`, if there is one, and lets in calls to `hosts` (names or addresses
    /// without ports) and to this machine's own names.
    #[must_use]
    pub fn new(token: Option<SecretString>, hosts: Vec<String>) -> Self {
        let hosts = hosts.into_iter().map(|h| h.to_ascii_lowercase()).collect();
        Self { token, hosts }
    }

    /// Whether a request with these headers may go on.
    ///
    /// # Errors
    /// Why not.
    pub fn check(&self, host: Option<&str>, authorization: Option<&str>) -> Result<(), Refusal> {
        if !host.is_some_and(|host| self.knows(host)) {
            return Err(Refusal::WrongHost);
        }
        let Some(token) = &self.token else { return Ok(()) };
        let given = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
        });
        match given {
            None => Err(Refusal::NoToken),
            Some(given) if same(given, token.expose_secret()) => Ok(()),
            Some(_) => Err(Refusal::WrongToken),
        }
    }

    fn knows(&self, host: &str) -> bool {
        let name = match host.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => host.split(':').next().unwrap_or_default(),
        };
        let name = name.to_ascii_lowercase();
        matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1") || self.hosts.contains(&name)
    }
}

/// Whether two secrets are the same, in a time that does not tell how much of them is: hashes are
/// compared, all bytes of them.
fn same(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a.as_bytes()), Sha256::digest(b.as_bytes()));
    a.iter().zip(b.iter()).fold(0u8, |all, (x, y)| all | (x ^ y)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_names_and_the_token_let_in() {
        let guard = Guard::new(Some(SecretString::from("secret")), vec!["Bots.Example.org".into()]);
        let check = |host, token| guard.check(host, token);
        assert_eq!(check(Some("localhost:8780"), Some("Bearer secret")), Ok(()));
        assert_eq!(check(Some("[::1]:8780"), Some("bearer  secret")), Ok(()));
        assert_eq!(check(Some("bots.example.org"), Some("Bearer secret")), Ok(()));
        assert_eq!(check(Some("evil.example.org"), Some("Bearer secret")), Err(Refusal::WrongHost));
        assert_eq!(check(None, Some("Bearer secret")), Err(Refusal::WrongHost));
        assert_eq!(check(Some("127.0.0.1"), None), Err(Refusal::NoToken));
        assert_eq!(check(Some("127.0.0.1"), Some("Basic secret")), Err(Refusal::NoToken));
        for wrong in ["Bearer secre", "Bearer secret2", "Bearer ", "Bearer SECRET"] {
            assert_eq!(check(Some("127.0.0.1"), Some(wrong)), Err(Refusal::WrongToken), "{wrong}");
        }
        assert_eq!(Guard::new(None, Vec::new()).check(Some("localhost"), None), Ok(()));
    }
}
