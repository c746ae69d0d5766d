;; The inner loops over pixels: several at once, which JavaScript cannot express. Assembled by make-kernel.mjs.
(module
  (memory (export "memory") 1)

  ;; Resamples four rows of `columns` values to `toColumns` each, `toStride` bytes from one target row to the next.
  ;; The rows are turned into columns of four first, so that a weight meets the four rows in one multiplication.
  (func (export "across")
    (param $source i32) (param $columns i32)
    (param $target i32) (param $toColumns i32) (param $toStride i32)
    (param $first i32) (param $weights i32) (param $taps i32)
    (param $turned i32)
    (local $stride i32) (local $at i32) (local $to i32) (local $end i32) (local $k i32) (local $sum v128)
    (local.set $stride (i32.shl (local.get $columns) (i32.const 2)))
    (local.set $at (local.get $source))
    (local.set $to (local.get $turned))
    (local.set $end (i32.add (local.get $source) (local.get $stride)))
    (loop $turn
      (v128.store (local.get $to)
        (v128.load32_lane 3 (i32.add (local.get $at) (i32.mul (local.get $stride) (i32.const 3)))
          (v128.load32_lane 2 (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 1)))
            (v128.load32_lane 1 (i32.add (local.get $at) (local.get $stride))
              (v128.load32_zero (local.get $at))))))
      (local.set $to (i32.add (local.get $to) (i32.const 16)))
      (br_if $turn (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 4))) (local.get $end))))

    (local.set $end (i32.add (local.get $target) (i32.shl (local.get $toColumns) (i32.const 2))))
    (loop $column
      (local.set $at (i32.add (local.get $turned) (i32.shl (i32.load (local.get $first)) (i32.const 4))))
      (local.set $k (local.get $taps))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (loop $tap
        (local.set $sum (f32x4.add (local.get $sum)
          (f32x4.mul (v128.load32_splat (local.get $weights)) (v128.load (local.get $at)))))
        (local.set $weights (i32.add (local.get $weights) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br_if $tap (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
      (v128.store32_lane 0 (local.get $target) (local.get $sum))
      (v128.store32_lane 1 (local.tee $to (i32.add (local.get $target) (local.get $toStride))) (local.get $sum))
      (v128.store32_lane 2 (local.tee $to (i32.add (local.get $to) (local.get $toStride))) (local.get $sum))
      (v128.store32_lane 3 (i32.add (local.get $to) (local.get $toStride)) (local.get $sum))
      (local.set $first (i32.add (local.get $first) (i32.const 4)))
      (br_if $column (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 4))) (local.get $end)))))

  ;; One row of `columns` values from `taps` rows that begin at `source`, `stride` bytes apart. Writes multiples of four: up to three
  ;; values past the row's end.
  (func (export "down")
    (param $source i32) (param $stride i32)
    (param $target i32) (param $columns i32)
    (param $weights i32) (param $taps i32)
    (local $at i32) (local $weight i32) (local $end i32) (local $k i32) (local $sum v128)
    (local.set $end (i32.add (local.get $target) (i32.shl (local.get $columns) (i32.const 2))))
    (loop $column
      (local.set $at (local.get $source))
      (local.set $weight (local.get $weights))
      (local.set $k (local.get $taps))
      (local.set $sum (v128.const f32x4 0 0 0 0))
      (loop $tap
        (local.set $sum (f32x4.add (local.get $sum)
          (f32x4.mul (v128.load32_splat (local.get $weight)) (v128.load (local.get $at)))))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (local.set $at (i32.add (local.get $at) (local.get $stride)))
        (br_if $tap (local.tee $k (i32.sub (local.get $k) (i32.const 1)))))
      (v128.store (local.get $target) (local.get $sum))
      (local.set $source (i32.add (local.get $source) (i32.const 16)))
      (br_if $column (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 16))) (local.get $end)))))

  ;; Each of `count` values in place to `clamp((value - low) * scale, 0, 1)`, computed in float64; NaN becomes 0. In multiples of four.
  (func (export "window")
    (param $at i32) (param $count i32) (param $low f64) (param $scale f64)
    (local $end i32) (local $four v128) (local $lows v128) (local $scales v128)
    (local.set $lows (f64x2.splat (local.get $low)))
    (local.set $scales (f64x2.splat (local.get $scale)))
    (local.set $end (i32.add (local.get $at) (i32.shl (local.get $count) (i32.const 2))))
    (loop $pixels
      (local.set $four (v128.load (local.get $at)))
      (local.set $four (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $scales) (f64x2.sub
          (f64x2.promote_low_f32x4 (local.get $four)) (local.get $lows))))
        (f32x4.demote_f64x2_zero (f64x2.mul (local.get $scales) (f64x2.sub
          (f64x2.promote_low_f32x4 (i8x16.shuffle 8 9 10 11 12 13 14 15 8 9 10 11 12 13 14 15
            (local.get $four) (local.get $four))) (local.get $lows))))))
      ;; pmax(a, b) is `a < b ? b : a`, so NaN as b gives a.
      (v128.store (local.get $at)
        (f32x4.pmin (v128.const f32x4 1 1 1 1) (f32x4.pmax (v128.const f32x4 0 0 0 0) (local.get $four))))
      (br_if $pixels (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 16))) (local.get $end)))))

  ;; Grey 0-1 of `count` pixels of 3 or 4 interleaved bytes (R G B, alpha): luminance of ITU-R BT.601 times alpha, in float64.
  ;; Returns 1 when a pixel has a colour.
  (func (export "grey")
    (param $source i32) (param $count i32) (param $channels i32) (param $target i32) (result i32)
    (local $end i32) (local $red i32) (local $green i32) (local $blue i32) (local $alpha i32)
    (local $coloured i32) (local $value f64)
    (local.set $end (i32.add (local.get $target) (i32.shl (local.get $count) (i32.const 2))))
    (local.set $alpha (i32.const 255))
    (loop $pixels
      (local.set $red (i32.load8_u (local.get $source)))
      (local.set $green (i32.load8_u offset=1 (local.get $source)))
      (local.set $blue (i32.load8_u offset=2 (local.get $source)))
      (local.set $value (f64.convert_i32_u (local.get $red)))
      (if (i32.or (i32.ne (local.get $red) (local.get $green)) (i32.ne (local.get $red) (local.get $blue)))
        (then
          (local.set $coloured (i32.const 1))
          (local.set $value (f64.add
            (f64.add
              (f64.mul (f64.const 0.299) (local.get $value))
              (f64.mul (f64.const 0.587) (f64.convert_i32_u (local.get $green))))
            (f64.mul (f64.const 0.114) (f64.convert_i32_u (local.get $blue)))))))
      (local.set $value (f64.mul (local.get $value) (f64.div (f64.const 1) (f64.const 255))))
      (if (i32.eq (local.get $channels) (i32.const 4))
        (then (local.set $alpha (i32.load8_u offset=3 (local.get $source)))))
      (if (i32.ne (local.get $alpha) (i32.const 255))
        (then (local.set $value (f64.mul (local.get $value)
          (f64.mul (f64.convert_i32_u (local.get $alpha)) (f64.div (f64.const 1) (f64.const 255)))))))
      (f32.store (local.get $target) (f32.demote_f64 (local.get $value)))
      (local.set $source (i32.add (local.get $source) (local.get $channels)))
      (br_if $pixels (i32.lt_u (local.tee $target (i32.add (local.get $target) (i32.const 4))) (local.get $end))))
    (local.get $coloured))
)
