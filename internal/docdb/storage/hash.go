package storage

import (
	"context"
	"crypto/md5"
	"encoding/hex"
)

// Hash returns the MD5 of a collection's documents in the order of _id, as of one instant.
func (s *Store) Hash(ctx context.Context, ns Namespace) (string, error) {
	v := s.View(ns)
	defer v.Close()
	sum := md5.New()
	if v.Coll == nil {
		return hex.EncodeToString(sum.Sum(nil)), nil
	}
	prefix := DocumentPrefix(v.Coll.ID)
	it, err := v.R.Iter(prefix, After(prefix))
	if err != nil {
		return "", err
	}
	defer it.Close()
	for ok := it.First(); ok; ok = it.Next() {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		_, _ = sum.Write(it.Value()) // a hash takes everything
	}
	return hex.EncodeToString(sum.Sum(nil)), it.Error()
}
