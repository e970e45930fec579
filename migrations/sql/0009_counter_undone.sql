drop function public.kcc_public_screen(integer);
