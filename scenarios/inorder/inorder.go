// Package inorder does work in parallel and hands the results on in their order.
package inorder

import (
	"context"
	"sync"
)

// Do carries out do(0), do(1), …, do(n−1), as many at a time as parallel says, and at least one. It
// hands the results to take in their order, one call at a time. It ends when take returns true, or
// at the first error in that order, which it returns. Results behind the last one that was taken
// are dropped, so what take has seen does not depend on parallel. The context that do gets is
// cancelled at the end.
func Do[T any](ctx context.Context, n, parallel int, do func(ctx context.Context, i int) (T, error), take func(T) (stop bool)) error {
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	type result struct {
		value T
		err   error
		done  bool
	}
	results := make([]result, n)
	next, taken, stop := 0, 0, false
	var failed error
	var mutex sync.Mutex
	work := func() {
		mutex.Lock()
		defer mutex.Unlock()
		for next < n && !stop {
			i := next
			next++
			mutex.Unlock()
			value, err := do(inner, i)
			mutex.Lock()
			results[i] = result{value, err, true}
			for !stop && taken < n && results[taken].done {
				if failed = results[taken].err; failed == nil {
					stop = take(results[taken].value)
				}
				taken++
				stop = stop || failed != nil
			}
			if stop {
				cancel()
			}
		}
	}
	var workers sync.WaitGroup
	for range min(max(1, parallel), n) {
		workers.Go(work)
	}
	workers.Wait()
	return failed
}
