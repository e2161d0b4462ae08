//! Files and directories in memory.

use super::{
    Clocks, Dir, Entry, File, FsError, OpenOptions, Opened, Stat, Times,
    resolve::{Place, resolve},
    tree::{Body, NodeId, ROOT, Tree},
};
use std::{cell::RefCell, collections::BTreeMap, fmt, rc::Rc};

type SharedTree = Rc<RefCell<Tree>>;

/// A directory in memory.
#[derive(Clone)]
pub struct VirtualDir(Rc<Handle>);

/// An open file in memory.
#[derive(Clone)]
pub struct VirtualFile(Rc<Handle>);

/// Keeps what has no name any more.
struct Handle {
    tree: SharedTree,
    id: NodeId,
}

impl Handle {
    /// A handle of an inode of `tree`, which `shared` keeps.
    fn new(shared: &SharedTree, tree: &mut Tree, id: NodeId) -> Rc<Self> {
        tree.node_mut(id).opens += 1;
        Rc::new(Handle { tree: shared.clone(), id })
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let mut tree = self.tree.borrow_mut();
        tree.node_mut(self.id).opens -= 1;
        tree.let_go(self.id);
    }
}

#[allow(clippy::missing_errors_doc, reason = "as `File` and `Dir` say")]
impl VirtualDir {
    /// An empty directory, the root of a tree whose times come from `clocks`.
    pub fn new(clocks: Clocks) -> Self {
        let shared = Rc::new(RefCell::new(Tree::new(clocks)));
        let root = Handle::new(&shared, &mut shared.borrow_mut(), ROOT);
        VirtualDir(root)
    }

    /// Writes a whole file, and makes the directories on the way to it: how embedders fill a world.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), FsError> {
        for (end, _) in path.match_indices('/') {
            match self.create_dir(&path[..end]) {
                Ok(()) | Err(FsError::Exists) => {}
                Err(error) => return Err(error),
            }
        }
        let options = OpenOptions { follow: true, create: true, truncate: true, write: true, ..OpenOptions::default() };
        match self.open(path, options)? {
            Opened::File(file) => file.write_at(0, bytes),
            Opened::Dir(_) => Err(FsError::IsDirectory),
        }
    }

    /// The bytes of a file: how embedders look at a world.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, FsError> {
        let tree = self.0.tree.borrow();
        let id = resolve(&tree, self.0.id, path, true)?.existing()?;
        match &tree.node(id).body {
            Body::File(bytes) => Ok(bytes.clone()),
            _ => Err(FsError::IsDirectory),
        }
    }

    /// A tree of its own with the same in it; its times come from `clocks` from now on.
    pub fn duplicate(&self, clocks: Clocks) -> Self {
        let (tree, id) = (self.0.tree.borrow().duplicate(clocks, self.0.id), self.0.id);
        VirtualDir(Rc::new(Handle { tree: Rc::new(RefCell::new(tree)), id }))
    }

    pub(super) fn open(&self, path: &str, options: OpenOptions) -> Result<Opened, FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let place = resolve(&tree, self.0.id, path, options.follow)?;
        let id = match place.node {
            Some(_) if options.exclusive => return Err(FsError::Exists),
            Some(id) => id,
            None if options.create && !place.must_be_dir => make(&mut tree, &place, Body::File(Vec::new()))?,
            None if options.create => return Err(FsError::IsDirectory),
            None => return Err(FsError::NoEntry),
        };
        match &tree.node(id).body {
            Body::Link(_) => Err(FsError::Loop),
            Body::Dir { .. } if options.write || options.truncate || options.create => Err(FsError::IsDirectory),
            Body::Dir { .. } => Ok(Opened::Dir(Dir::Virtual(VirtualDir(Handle::new(&self.0.tree, &mut tree, id))))),
            Body::File(_) if options.directory => Err(FsError::NotDirectory),
            Body::File(_) => {
                if options.truncate {
                    tree.resize(id, 0)?;
                }
                Ok(Opened::File(File::Virtual(VirtualFile(Handle::new(&self.0.tree, &mut tree, id)))))
            }
        }
    }

    pub(super) fn create_dir(&self, path: &str) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let place = resolve(&tree, self.0.id, path, false)?;
        make(&mut tree, &place, Body::Dir { entries: BTreeMap::new(), parent: place.parent }).map(drop)
    }

    pub(super) fn stat(&self, path: &str, follow: bool) -> Result<Stat, FsError> {
        let tree = self.0.tree.borrow();
        Ok(tree.stat(resolve(&tree, self.0.id, path, follow)?.existing()?))
    }

    pub(super) fn set_times(&self, path: &str, follow: bool, times: Times) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let id = resolve(&tree, self.0.id, path, follow)?.existing()?;
        set_times(&mut tree, id, times);
        Ok(())
    }

    pub(super) fn read_link(&self, path: &str) -> Result<String, FsError> {
        let tree = self.0.tree.borrow();
        let id = resolve(&tree, self.0.id, path, false)?.existing()?;
        match &tree.node(id).body {
            Body::Link(target) => Ok(target.clone()),
            _ => Err(FsError::Invalid),
        }
    }

    pub(super) fn remove_dir(&self, path: &str) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let place = resolve(&tree, self.0.id, path, false)?;
        let id = place.existing()?;
        let name = place.name.as_deref().ok_or(FsError::Invalid)?;
        if !tree.entries(id)?.is_empty() {
            return Err(FsError::NotEmpty);
        }
        tree.remove(place.parent, name).map(drop)
    }

    pub(super) fn unlink(&self, path: &str) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let place = resolve(&tree, self.0.id, path, false)?;
        let name = match &place.name {
            Some(name) if !tree.is_dir(place.existing()?) => name,
            _ => return Err(FsError::IsDirectory),
        };
        tree.remove(place.parent, name).map(drop)
    }

    pub(super) fn symlink(&self, target: &str, path: &str) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let place = resolve(&tree, self.0.id, path, false)?;
        if place.must_be_dir && place.node.is_none() {
            return Err(FsError::NoEntry);
        }
        make(&mut tree, &place, Body::Link(target.to_owned())).map(drop)
    }

    pub(super) fn entries(&self) -> Result<Vec<Entry>, FsError> {
        let tree = self.0.tree.borrow();
        let entry = |(name, id): (&String, &NodeId)| {
            let stat = tree.stat(*id);
            Entry { name: name.clone(), ino: stat.ino, kind: stat.kind }
        };
        Ok(tree.entries(self.0.id)?.iter().map(entry).collect())
    }

    pub(super) fn link(&self, old: &str, follow: bool, to: &VirtualDir, new: &str) -> Result<(), FsError> {
        self.same_tree(to)?;
        let mut tree = self.0.tree.borrow_mut();
        let from = resolve(&tree, self.0.id, old, follow)?;
        if follow {
            // Of two errors the first, as with directories of the host: there the old path is followed before anything else.
            from.existing()?;
        }
        let place = resolve(&tree, to.0.id, new, false)?;
        let id = from.existing()?;
        match (&place.name, place.node) {
            (Some(_), None) if tree.is_dir(id) => Err(FsError::NotPermitted),
            (Some(_), None) if place.must_be_dir => Err(FsError::NoEntry),
            (Some(name), None) => tree.enter(place.parent, name, id),
            _ => Err(FsError::Exists),
        }
    }

    pub(super) fn rename(&self, old: &str, to: &VirtualDir, new: &str) -> Result<(), FsError> {
        self.same_tree(to)?;
        let mut tree = self.0.tree.borrow_mut();
        let from = resolve(&tree, self.0.id, old, false)?;
        let target = resolve(&tree, to.0.id, new, false)?;
        let (Some(old_name), Some(new_name)) = (&from.name, &target.name) else { return Err(FsError::Busy) };
        let id = from.existing()?;
        if tree.is_dir(id) && tree.is_inside(target.parent, id) {
            return Err(FsError::Invalid);
        }
        match target.node {
            Some(there) if there == id => return Ok(()),
            Some(there) => {
                if tree.is_inside(from.parent, there) {
                    return Err(FsError::NotEmpty);
                }
                check_replaceable(&tree, id, there)?;
                tree.remove(target.parent, new_name)?;
            }
            None if target.must_be_dir && !tree.is_dir(id) => return Err(FsError::NotDirectory),
            None => {}
        }
        // The new name first: the last name of a file takes its bytes along.
        tree.enter(target.parent, new_name, id)?;
        tree.remove(from.parent, old_name).map(drop)
    }

    fn same_tree(&self, other: &VirtualDir) -> Result<(), FsError> {
        if Rc::ptr_eq(&self.0.tree, &other.0.tree) { Ok(()) } else { Err(FsError::CrossDevice) }
    }
}

/// A new inode at a place where nothing is.
fn make(tree: &mut Tree, place: &Place, body: Body) -> Result<NodeId, FsError> {
    match (&place.name, place.node) {
        (Some(name), None) if tree.node(place.parent).nlink > 0 => {
            let id = tree.add(body)?;
            tree.enter(place.parent, name, id)?;
            Ok(id)
        }
        (Some(_), None) => Err(FsError::NoEntry),
        _ => Err(FsError::Exists),
    }
}

/// Whether `id` may take the name of `there`.
fn check_replaceable(tree: &Tree, id: NodeId, there: NodeId) -> Result<(), FsError> {
    match (tree.is_dir(id), tree.is_dir(there)) {
        (true, false) => Err(FsError::NotDirectory),
        (false, true) => Err(FsError::IsDirectory),
        (true, true) if !tree.entries(there)?.is_empty() => Err(FsError::NotEmpty),
        _ => Ok(()),
    }
}

fn set_times(tree: &mut Tree, id: NodeId, times: Times) {
    let now = tree.clocks.wall();
    let node = tree.node_mut(id);
    node.atime = times.atime.unwrap_or(node.atime);
    node.mtime = times.mtime.unwrap_or(node.mtime);
    node.ctime = now;
}

impl VirtualFile {
    pub(super) fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let now = tree.clocks.wall();
        let node = tree.node_mut(self.0.id);
        node.atime = now;
        let Body::File(bytes) = &node.body else { return Err(FsError::IsDirectory) };
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let len = (bytes.len() - start).min(buf.len());
        buf[..len].copy_from_slice(&bytes[start..start + len]);
        Ok(len)
    }

    pub(super) fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<(), FsError> {
        let mut tree = self.0.tree.borrow_mut();
        let end = offset.checked_add(bytes.len() as u64).ok_or(FsError::TooLarge)?;
        let size = tree.stat(self.0.id).size;
        if !bytes.is_empty() {
            tree.resize(self.0.id, size.max(end))?;
        }
        match &mut tree.node_mut(self.0.id).body {
            Body::File(kept) if !bytes.is_empty() => kept[offset as usize..end as usize].copy_from_slice(bytes),
            _ => {}
        }
        Ok(())
    }

    pub(super) fn stat(&self) -> Result<Stat, FsError> {
        Ok(self.0.tree.borrow().stat(self.0.id))
    }

    pub(super) fn set_size(&self, size: u64) -> Result<(), FsError> {
        self.0.tree.borrow_mut().resize(self.0.id, size)
    }

    pub(super) fn set_times(&self, times: Times) -> Result<(), FsError> {
        set_times(&mut self.0.tree.borrow_mut(), self.0.id, times);
        Ok(())
    }
}

impl fmt::Debug for VirtualDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VirtualDir({:?})", self.0.id)
    }
}

impl fmt::Debug for VirtualFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VirtualFile({:?})", self.0.id)
    }
}
