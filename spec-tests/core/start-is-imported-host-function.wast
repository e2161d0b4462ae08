;;! title = "An imported start function may be one of the host"
;;! rules = ["CORE-START-06"]
;; A function of spectest leaves nothing behind: that it was called shows in the steps alone.
(module $N
  (import "spectest" "print" (func $print))
  (start $print))
;;= /$N import "spectest" "print" func
;;= /$N allocated
;;= /$N start 0 entered
;;= /$N host spectest.print ()
;;= /$N host spectest.print returned ()
;;= /$N start 0 left
;;= /$N done
