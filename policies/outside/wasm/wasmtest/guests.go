package wasmtest

// Common is the part that every module needs: a memory, and a buffer from the address 64 on.
const Common = `
memory 2
func wavetank_abi () i32
	i32.const 1
end
func wavetank_buffer (i32) i32
	i32.const 64
end
`

// LeastOutstanding is a router that decides as the router least-outstanding does.
const LeastOutstanding = Common + `
func route_reads () i64
	i64.const 9                  ;; id and outstanding
end
func route (i32 i32 i32) i32 locals i32 i32 i32 i32
	;; 0: request, 1: replicas, 2: count, 3: i, 4: the best, 5: the row of i, 6: the row of the best
	local.get 1
	local.tee 5
	local.set 6
	loop
		local.get 5
		i64.load 24              ;; outstanding
		local.get 6
		i64.load 24
		i64.lt_s
		local.get 5
		i64.load 24
		local.get 6
		i64.load 24
		i64.eq
		local.get 5
		i64.load 0               ;; id
		local.get 6
		i64.load 0
		i64.lt_s
		i32.and
		i32.or
		if
			local.get 5
			local.set 6
			local.get 3
			local.set 4
		end
		local.get 5
		i32.const 80
		i32.add
		local.set 5
		local.get 3
		i32.const 1
		i32.add
		local.tee 3
		local.get 2
		i32.lt_u
		br_if 0
	end
	local.get 4
end
`

// fit counts the first requests that fit into one batch, and at least one.
const fit = `
func batch (i32 i32 i32 i32 i32) i32 locals i32 i64 i32
	;; 0: decision, 1: replica, 2: times, 3: waiting, 4: count, 5: how many fit, 6: their places, 7: a row
	local.get 3
	local.set 7
	block
		loop
			local.get 5
			local.get 4
			i32.lt_u
			i32.eqz
			br_if 1
			local.get 6
			local.get 7
			i64.load 0               ;; places
			i64.add
			local.set 6
			i32.const 0
			local.get 5
			i32.lt_u
			local.get 1
			i64.load 56              ;; max_batch
			local.get 6
			i64.lt_s
			i32.and
			br_if 1
			local.get 5
			i32.const 1
			i32.add
			local.set 5
			local.get 7
			i32.const 88
			i32.add
			local.set 7
			br 0
		end
	end
`

// Greedy is a batcher that decides as the batcher greedy does.
const Greedy = Common + `
func batch_reads () i64
	i64.const 1                  ;; places
end
` + fit + `
	local.get 5
end
`

// Timeout is a batcher that decides as the batcher timeout does, if requests start in the order of
// their arrival.
const Timeout = Common + fit + `
	local.get 5
	local.get 4
	i32.lt_u
	i32.eqz
	if                           ;; all fit
		local.get 6
		local.get 1
		i64.load 56
		i64.lt_s
		local.get 3
		f64.load 32              ;; age of the first request
		f64.const 0.005
		f64.lt
		i32.and
		if
			local.get 0
			f64.const 0.005
			local.get 3
			f64.load 32
			f64.sub
			f64.store 8              ;; wait
			i32.const 0
			return
		end
	end
	local.get 5
end
`
