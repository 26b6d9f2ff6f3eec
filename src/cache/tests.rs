use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Mutex;

use super::*;

fn key(n: usize) -> Key {
    KeyBuilder::new("test").part(n.to_string().as_bytes()).finish()
}

/// Runs `work` on the cache in `folder`; gives what was warned of.
fn with(folder: &Path, max: u64, work: impl FnOnce(&Cache<'_>)) -> Vec<String> {
    let warnings = Mutex::new(Vec::new());
    let warn = |message: &str| warnings.lock().unwrap().push(message.to_owned());
    work(&Cache::open(folder, max, &warn));
    warnings.into_inner().unwrap()
}

const MAX: u64 = 1 << 30;

#[test]
fn what_was_kept_is_found_again_and_belongs_to_the_user() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("a/b");
    let said = with(&folder, MAX, |cache| {
        assert_eq!(cache.get(&key(1)), None);
        cache.put(&key(1), b"one");
        cache.put(&key(1), b"first");
    });
    assert_eq!(said, [""; 0]);
    let said = with(&folder, MAX, |cache| {
        assert_eq!(cache.get(&key(1)).as_deref(), Some(b"first".as_slice()));
        assert_eq!(cache.get(&key(2)), None);
    });
    assert_eq!(said, [""; 0]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder), mode(&folder.join(FILE_NAME))), (0o700, 0o600));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    // A file that others could read is closed to them.
    fs::set_permissions(folder.join(FILE_NAME), fs::Permissions::from_mode(0o644)).unwrap();
    with(&folder, MAX, |cache| assert!(cache.get(&key(1)).is_some()));
    assert_eq!(mode(&folder.join(FILE_NAME)), 0o600);
}

#[test]
fn keys_of_other_parts_are_others() {
    let parts = |parts: &[&str]| parts.iter().fold(KeyBuilder::new("k"), |key, p| key.part(p.as_bytes())).finish();
    assert_ne!(parts(&["ab", "c"]), parts(&["a", "bc"]));
    assert_ne!(parts(&["a"]), KeyBuilder::new("ka").finish());
    assert_eq!(parts(&["a", "b"]), parts(&["a", "b"]));
}

#[test]
fn the_least_recently_used_go_first() {
    let temp = tempfile::tempdir().unwrap();
    let value = vec![7; 100_000];
    let said = with(temp.path(), 1_000_000, |cache| {
        for n in 0..30 {
            cache.put(&key(n), &value);
        }
        let there: Vec<usize> = (0..30).filter(|n| cache.get(&key(*n)).is_some()).collect();
        assert!(there.len() >= 5 && there.len() < 10, "{there:?}");
        assert_eq!(there.last(), Some(&29));
        assert!(there.windows(2).all(|w| w[1] == w[0] + 1), "{there:?}");
        // What is larger than all of it is not kept, and drives nothing out.
        cache.put(&key(99), &vec![1; 2_000_000]);
        assert_eq!(cache.get(&key(99)), None);
        assert!(cache.get(&key(29)).is_some());
    });
    assert_eq!(said, [""; 0]);
    assert!(fs::metadata(temp.path().join(FILE_NAME)).unwrap().len() < 1_200_000);
}

#[test]
fn use_is_remembered() {
    let temp = tempfile::tempdir().unwrap();
    let value = vec![7; 300_000];
    with(temp.path(), MAX, |cache| (0..3).for_each(|n| cache.put(&key(n), &value)));
    // As if all were kept long ago.
    let file = rusqlite::Connection::open(temp.path().join(FILE_NAME)).unwrap();
    file.execute("UPDATE kept SET used = used - 100000", []).unwrap();
    drop(file);
    let said = with(temp.path(), 1_000_000, |cache| {
        assert!(cache.get(&key(0)).is_some());
        cache.put(&key(3), &value);
        let there: Vec<usize> = (0..4).filter(|n| cache.get(&key(*n)).is_some()).collect();
        assert_eq!(there, [0, 3]);
    });
    assert_eq!(said, [""; 0]);
}

#[test]
fn whatever_is_wrong_with_the_file_is_no_more_than_a_warning() {
    let temp = tempfile::tempdir().unwrap();
    let file = temp.path().join(FILE_NAME);
    let fill = || {
        let _ = fs::remove_file(&file);
        with(temp.path(), MAX, |cache| (0..20).for_each(|n| cache.put(&key(n), &vec![n as u8; 5000])));
        fs::read(&file).unwrap()
    };
    let whole = fill();
    for step in [97, 1009] {
        for cut in [0, 1, 50, 99, 100, 512, 4096, 5000, whole.len() / 2, whole.len() - 1] {
            for flipped in [false, true] {
                let mut bytes = fill()[..if flipped { whole.len() } else { cut }].to_vec();
                if flipped {
                    bytes.iter_mut().skip(cut.max(100)).step_by(step).for_each(|b| *b = !*b);
                }
                fs::write(&file, &bytes).unwrap();
                let said = with(temp.path(), MAX, |cache| {
                    for n in 0..20 {
                        let found = cache.get(&key(n));
                        assert!(found.is_none_or(|f| f == vec![n as u8; 5000]), "{cut} {flipped}");
                    }
                    cache.put(&key(50), b"x");
                });
                assert!(said.len() <= 1, "{said:?}");
            }
        }
    }
    // A foreign file is left as it is.
    for foreign in ["somebody else's words\n".repeat(50).into_bytes(), b"x".to_vec()] {
        fs::write(&file, &foreign).unwrap();
        let said = with(temp.path(), MAX, |cache| {
            cache.put(&key(1), b"x");
            assert_eq!(cache.get(&key(1)), None);
        });
        assert!(said.len() == 1 && said[0].contains("cache clean"), "{said:?}");
        assert_eq!(fs::read(&file).unwrap(), foreign);
    }
    fs::remove_file(&file).unwrap();
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1);").unwrap();
    drop(other);
    let before = fs::read(&file).unwrap();
    assert_eq!(with(temp.path(), MAX, |cache| cache.put(&key(1), b"x")).len(), 1);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn a_link_leads_nowhere() {
    let temp = tempfile::tempdir().unwrap();
    let target = temp.path().join("target");
    let folder = temp.path().join("cache");
    fs::create_dir(&folder).unwrap();
    symlink(&target, folder.join(FILE_NAME)).unwrap();
    assert_eq!(with(&folder, MAX, |cache| cache.put(&key(1), b"x")).len(), 1);
    assert!(!target.exists());
    fs::write(&target, "").unwrap();
    assert_eq!(with(&folder, MAX, |cache| cache.put(&key(1), b"x")).len(), 1);
    assert_eq!(fs::read(&target).unwrap(), b"");
}

#[test]
fn a_file_that_another_run_locks_is_read_without_waiting_for_ever() {
    let temp = tempfile::tempdir().unwrap();
    with(temp.path(), MAX, |cache| cache.put(&key(1), b"one"));
    let other = rusqlite::Connection::open(temp.path().join(FILE_NAME)).unwrap();
    other.execute_batch("UPDATE kept SET used = 0; BEGIN IMMEDIATE;").unwrap();
    let said = with(temp.path(), MAX, |cache| {
        assert_eq!(cache.get(&key(1)).as_deref(), Some(b"one".as_slice()));
    });
    assert_eq!(said, [""; 0]);
}

#[test]
fn nothing_is_kept_where_nothing_may_be() {
    let temp = tempfile::tempdir().unwrap();
    let folder = temp.path().join("cache");
    let said = with(&folder, 0, |cache| {
        cache.put(&key(1), b"x");
        assert!(!cache.is_on() && cache.get(&key(1)).is_none());
    });
    assert_eq!(said, [""; 0]);
    assert!(!folder.exists());
}
