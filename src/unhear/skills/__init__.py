"""The skills that come with unhear; each is a package others could ship."""
