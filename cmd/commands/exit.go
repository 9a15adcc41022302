package commands

import (
	"context"
	"errors"

	"wavetank/policies/outside"
	"wavetank/reports/store"
)

// Exit codes. What a user names and what cannot be read or written is bad input, in every command,
// and so is a policy outside of the program that fails.
const (
	failed      = 1   // an error that is not the user's fault
	badInput    = 2   // an error in the user's input
	interrupted = 130 // interrupted by Ctrl-C or SIGTERM
)

// inputError is an error in the user's input.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

// interruption is the error of an interrupted command. It says which results the command kept.
type interruption string

func (i interruption) Error() string { return "interrupted: " + string(i) }

// input marks an error as an error in the user's input. It returns nil for nil.
func input(err error) error {
	if err == nil {
		return nil
	}
	return inputError{err}
}

// exitCode returns the exit code of a command that ended with err.
func exitCode(err error) int {
	var bad inputError
	var unwritable *store.WriteError
	var stopped interruption
	var policy outside.Failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &stopped):
		return interrupted
	case errors.As(err, &bad), errors.As(err, &unwritable), errors.As(err, &policy):
		return badInput
	}
	return failed
}

// unlessInterrupted returns what f returns. If the context ends first, it returns an interruption
// at once, with the reason given. Then f goes on until the program ends, such as one that waits
// for standard input.
func unlessInterrupted[T any](ctx context.Context, reason string, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	select {
	case r := <-done:
		return r.value, r.err
	case <-ctx.Done():
		var none T
		return none, interruption(reason)
	}
}
