package store

import "errors"

var errInUse = errors.New("another wavetank is at work in it; wait until it has ended")
