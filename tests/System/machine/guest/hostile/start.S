/*
 * Where a PVH guest begins: 32-bit protected mode, flat segments, no paging; ebx holds the address of struct hvm_start_info (misc/pvh.pandoc).
 * An HVM guest begins here in the same state when a boot loader takes the file as a multiboot kernel; ebx then holds the address of what that says.
 */
	.section .note.Xen, "a", @note
	.long	4, 4, 18		/* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz	"Xen"
	.long	start

	.text
	.long	0x1badb002, 0, -0x1badb002	/* magic number, no wishes, checksum: within the file's first 8 KiB */
	.globl	start
start:	mov	$stack_end, %esp
	push	%eax
	push	%ebx
	call	hostile
	hlt

/* long hypercall(number, first, second, third): by the page that the hypervisor filled in for this processor. */
	.globl	hypercall
hypercall:
	push	%ebx
	mov	8(%esp), %eax
	shl	$5, %eax
	add	$hypercall_page, %eax
	mov	12(%esp), %ebx
	mov	16(%esp), %ecx
	mov	20(%esp), %edx
	call	*%eax
	pop	%ebx
	ret

	.bss
	.globl	hypercall_page
	.balign	4096
hypercall_page:
	.skip	4096
	.skip	16384
stack_end:

	.section .note.GNU-stack, "", @progbits
