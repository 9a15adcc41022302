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
